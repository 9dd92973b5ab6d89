//! `cargo xtask fetch`: downloads specs, checks them against their pins, and keeps their facts.

mod download;
mod progress;

use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::{Failure, Result};
use crate::facts::{self, Facts};
use crate::files;
use crate::model;
use crate::pins::{PINS_PATH, Pin, Pins};
use crate::release::Release;

/// Where Kubernetes publishes its specs.
pub const DEFAULT_BASE: &str = "https://raw.githubusercontent.com/kubernetes/kubernetes";

/// What to fetch, from where.
pub struct Wanted {
    /// The releases.
    pub releases: Vec<Release>,
    /// What comes before the tag in the URL.
    pub base_url: String,
    /// The tag; the pinned or the first one where none is given.
    pub tag: Option<String>,
    /// Accept a checksum that is not the pinned one.
    pub repin: bool,
}

/// Fetches the releases, one after another.
///
/// # Errors
///
/// When a spec cannot be had, is not the pinned one, or is not understood; what is in `spec/` of
/// that release is then as it was.
pub fn fetch(root: &Path, wanted: &Wanted) -> Result<()> {
    if wanted.tag.is_some() && wanted.releases.len() > 1 {
        return Err(Failure::new(
            "--tag names the tag of one release, but several are to be fetched",
        )
        .mend("fetch them one by one"));
    }
    wanted.releases.iter().try_for_each(|release| fetch_one(root, wanted, *release))
}

fn fetch_one(root: &Path, wanted: &Wanted, release: Release) -> Result<()> {
    let mut pins = Pins::read(root)?;
    let pinned = pins.get(release).cloned();
    let tag = wanted
        .tag
        .clone()
        .or_else(|| pinned.as_ref().map(|pin| pin.tag.clone()))
        .unwrap_or_else(|| release.first_tag());
    let url = spec_url(&wanted.base_url, &tag);
    let spec = download::download(&url)?;
    let sha256 = hex(&Sha256::digest(&spec));
    if let Some(pin) = pinned.as_ref().filter(|pin| pin.sha256 != sha256 && !wanted.repin) {
        return Err(wrong_checksum(pin, &url, &sha256));
    }
    let facts = facts::normalise(release, &spec, &url)?;
    let pin = pin(&facts, tag, sha256, pinned.and_then(|pin| pin.note));
    let text = facts.to_text()?;
    // What the generator does not understand is better told now than when it is in the repository.
    model::lower(facts, &pin.tag).map_err(|failure| failure.within(&url))?;
    files::write(&root.join(release.facts_path()), &text)?;
    eprintln!(
        "{} holds the facts of {} definitions; next: `cargo xtask regen {release}`",
        release.facts_path(),
        pin.definitions
    );
    pins.set(pin);
    pins.write(root)
}

fn spec_url(base: &str, tag: &str) -> String {
    format!("{}/{tag}/api/openapi-spec/swagger.json", base.trim_end_matches('/'))
}

fn pin(facts: &Facts, tag: String, sha256: String, note: Option<String>) -> Pin {
    Pin {
        release: facts.release,
        url: spec_url(DEFAULT_BASE, &tag),
        tag,
        sha256,
        definitions: facts.definitions.len(),
        paths: facts.paths,
        watch_cluster: facts.watch_cluster(),
        watch_namespaced: facts.watch_namespaced(),
        note,
    }
}

fn wrong_checksum(pin: &Pin, url: &str, sha256: &str) -> Failure {
    Failure::new(format!(
        "{url} has the sha256 {sha256}, but {PINS_PATH} pins {} for release {}",
        pin.sha256, pin.release
    ))
    .mend("if the spec is meant to have changed, accept it with --repin")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
