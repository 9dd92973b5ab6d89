//! The document at `/version`.

use serde_json::{Value, json};

use crate::support::release::Release;

/// Returns the version document of a release.
pub(crate) fn info(release: Release) -> Value {
    let Release { major, minor } = release;
    json!({
        "major": major.to_string(),
        "minor": minor.to_string(),
        "gitVersion": format!("v{major}.{minor}.0"),
        "gitCommit": "embedded",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none",
        "compiler": "rustc",
        "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
    })
}
