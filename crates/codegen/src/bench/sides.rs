//! The two sides of the benches: our crate and k8s-openapi, with the release that `benches/` names.

use std::path::Path;

use toml::Value;

use crate::error::{Failure, Result};
use crate::files;
use crate::pins::Pins;

/// The manifest of the benches' workspace, relative to the root of the repository.
pub(super) const BENCHES: &str = "benches/Cargo.toml";

/// The two sides, with the same release.
#[derive(Debug)]
pub(super) struct Sides {
    /// Our crate, such as `rel_1_36`.
    pub(super) ours: String,
    /// k8s-openapi with its version and feature.
    pub(super) peer: String,
    /// A note that there is a newer release.
    pub(super) note: Option<String>,
}

impl Sides {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let text = files::read(&root.join(BENCHES))?;
        let benches: Value =
            toml::from_str(&text).map_err(|error| Failure::new(format!("{BENCHES}: {error}")))?;
        let package = in_workspace(&benches, ["models", "package"])?;
        let ours = package.strip_prefix("watchables-").unwrap_or(package).replace('-', "_");
        let version = in_workspace(&benches, ["k8s-openapi", "version"])?;
        let feature = in_workspace(&benches, ["k8s-openapi", "features"])?;
        if ours.strip_prefix("rel_") != feature.strip_prefix('v') {
            return Err(Failure::new(format!(
                "{BENCHES} names {ours}, but {feature} of k8s-openapi"
            ))
            .hint("use the same release for both"));
        }
        let newest = Pins::read(root)?.releases.into_iter().map(|pin| pin.release).max();
        let newest = newest.filter(|newest| newest.crate_name() != ours);
        let note = newest.map(|newest| {
            format!(
                "the benches use {ours}, but the newest release is {newest}: if k8s-openapi has it \
                too, update {BENCHES} and benches/watch-ours"
            )
        });
        Ok(Self { ours, peer: format!("k8s-openapi {version} ({feature})"), note })
    }
}

/// Returns a value of a workspace dependency; of an array, the first item.
fn in_workspace<'a>(manifest: &'a Value, [name, key]: [&str; 2]) -> Result<&'a str> {
    let found = ["workspace", "dependencies", name, key]
        .into_iter()
        .try_fold(manifest, |value, key| value.get(key));
    found
        .and_then(|value| value.get(0).unwrap_or(value).as_str())
        .ok_or_else(|| Failure::new(format!("{BENCHES} does not name the {key} of {name}")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn repository(ours: &str, peer: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("benches")).unwrap();
        let benches = format!(
            "[workspace.dependencies]\nmodels = {{ package = {ours:?} }}\n\
             k8s-openapi = {{ version = \"0.29\", features = [{peer}] }}\n"
        );
        fs::write(root.path().join(BENCHES), benches).unwrap();
        root
    }

    #[test]
    fn committed_benches_use_one_release() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let sides = Sides::read(root).unwrap();
        assert!(sides.peer.ends_with(&format!("({})", sides.ours.replace("rel_", "v"))));
    }

    #[test]
    fn newer_release_is_noted() {
        let root = repository("watchables-rel-1-36", "\"v1_36\"");
        assert_eq!(Sides::read(root.path()).unwrap().note, None);
        fs::create_dir(root.path().join("spec")).unwrap();
        let pins = ["1.17", "1.37", "1.36"].map(|release| {
            format!(
                "[[release]]\nrelease = \"{release}\"\ntag = \"\"\nurl = \"\"\nsha256 = \"\"\n\
                 definitions = 0\npaths = 0\nwatch_cluster = 0\nwatch_namespaced = 0\n\
                 protobuf_sha256 = 'x'\nprotobuf_files = 0\nprotobuf_fields = 0\n\
                 protobuf_zeros = 0\ngo_files = 0\n"
            )
        });
        fs::write(root.path().join("spec/releases.toml"), pins.concat()).unwrap();
        let note = Sides::read(root.path()).unwrap().note.unwrap();
        assert!(note.contains("the newest release is 1.37"), "{note}");
    }

    #[test]
    fn different_or_missing_releases_are_rejected() {
        for (ours, peer, part) in [
            ("watchables-rel-1-36", "\"v1_37\"", "names rel_1_36, but v1_37"),
            ("watchables-rel-1-36", "", "the features of k8s-openapi"),
        ] {
            let error = Sides::read(repository(ours, peer).path()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
