//! `cargo xtask fetch`: downloads specs, checks them against their pins, and keeps their facts.

mod download;
mod progress;

pub(crate) use download::download;

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
    /// From where.
    pub source: Source,
    /// Accept a checksum that is not the pinned one.
    pub repin: bool,
}

/// Where specs come from.
pub struct Source {
    /// What comes before the tag in the URL; [`DEFAULT_BASE`] where none is given.
    pub base_url: Option<String>,
    /// The tag; the pinned or the first one where none is given.
    pub tag: Option<String>,
}

impl Source {
    /// One tag does not fit several releases.
    pub(crate) fn is_for(&self, releases: &[Release]) -> Result<()> {
        if self.tag.is_some() && releases.len() > 1 {
            return Err(Failure::new(
                "--tag names the tag of one release, but several are to be fetched",
            )
            .mend("fetch them one by one"));
        }
        Ok(())
    }
}

/// A spec that was downloaded, checked and understood. Nothing is kept of it so far.
pub(crate) struct Fetched {
    pin: Pin,
    facts: String,
    /// As it was downloaded.
    pub(crate) spec: Vec<u8>,
    pub(crate) url: String,
}

/// Fetches the releases, one after another.
///
/// # Errors
///
/// When a spec cannot be had, is not the pinned one, or is not understood; what is in `spec/` of
/// that release is then as it was.
pub fn fetch(root: &Path, wanted: &Wanted) -> Result<()> {
    wanted.source.is_for(&wanted.releases)?;
    for release in &wanted.releases {
        get(root, *release, &wanted.source, wanted.repin)?.keep(root)?;
        eprintln!("next: `cargo xtask regen`");
    }
    Ok(())
}

/// Gets a release's spec, which must be the pinned one where there is a pin.
pub(crate) fn get(root: &Path, release: Release, source: &Source, repin: bool) -> Result<Fetched> {
    let pins = Pins::read(root)?;
    let pinned = pins.get(release);
    let tag = source
        .tag
        .clone()
        .or_else(|| pinned.map(|pin| pin.tag.clone()))
        .unwrap_or_else(|| release.first_tag());
    let url = spec_url(source.base_url.as_deref().unwrap_or(DEFAULT_BASE), &tag);
    let spec = download(&url)?;
    let sha256 = hex(&Sha256::digest(&spec));
    if let Some(pin) = pinned.filter(|pin| pin.sha256 != sha256 && !repin) {
        return Err(wrong_checksum(pin, &url, &sha256));
    }
    let facts = facts::normalise(release, &spec, &url)?;
    let pin = pin(&facts, tag, sha256, pinned.and_then(|pin| pin.note.clone()));
    let text = facts.to_text()?;
    // What the generator does not understand is better told now than when it is in the repository.
    model::lower(facts, &pin.tag).map_err(|failure| failure.within(&url))?;
    Ok(Fetched { pin, facts: text, spec, url })
}

impl Fetched {
    /// Writes the facts and the pin, or neither.
    pub(crate) fn keep(self, root: &Path) -> Result<()> {
        let (place, definitions) = (self.pin.release.facts_path(), self.pin.definitions);
        let path = root.join(&place);
        let before = path.exists().then(|| files::read(&path)).transpose()?;
        let mut pins = Pins::read(root)?;
        pins.set(self.pin);
        files::write(&path, &self.facts)?;
        if let Err(failure) = pins.write(root) {
            // Best effort: the first error is the one to tell.
            let _ = match before {
                Some(text) => files::write(&path, &text),
                None => files::remove(&path, root),
            };
            return Err(failure);
        }
        eprintln!("{place} holds the facts of {definitions} definitions");
        Ok(())
    }
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
    .mend(format!(
        "if the spec is meant to have changed, accept it with `cargo xtask fetch {} --repin`",
        pin.release
    ))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
