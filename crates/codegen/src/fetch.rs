//! `cargo xtask fetch`: downloads specs, verifies them against their pins, and stores their facts.

mod download;
mod progress;

pub(crate) use download::download;

use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::{Failure, Result};
use crate::facts::{self, Facts, Normalised};
use crate::files;
use crate::model;
use crate::pins::{PINS_PATH, Pin, Pins};
use crate::release::Release;

/// The base URL of Kubernetes' specs.
pub const DEFAULT_BASE: &str = "https://raw.githubusercontent.com/kubernetes/kubernetes";

/// The releases to fetch, and from where.
pub struct Wanted {
    /// The releases.
    pub releases: Vec<Release>,
    /// The source.
    pub source: Source,
    /// Whether to accept and pin another checksum than the pinned one.
    pub repin: bool,
}

/// The source of specs.
pub struct Source {
    /// The part of the URL before the tag; by default [`DEFAULT_BASE`].
    pub base_url: Option<String>,
    /// The tag; by default the pinned one, else that of the first patch version.
    pub tag: Option<String>,
}

impl Source {
    /// Checks that a tag is given for one release only.
    pub(crate) fn check(&self, releases: &[Release]) -> Result<()> {
        if self.tag.is_some() && releases.len() > 1 {
            return Err(Failure::new("--tag applies to one release, but several are given")
                .hint("fetch them separately"));
        }
        Ok(())
    }
}

/// A spec that was downloaded and verified, but not stored.
pub(crate) struct Fetched {
    pin: Pin,
    facts: String,
    /// The downloaded file.
    pub(crate) bytes: Vec<u8>,
    pub(crate) url: String,
}

/// Fetches the releases in order.
///
/// # Errors
///
/// Fails if a spec cannot be downloaded, differs from the pinned one, or is not supported. The files of
/// that release in `spec/` are then unchanged.
pub fn fetch(root: &Path, wanted: &Wanted) -> Result<()> {
    wanted.source.check(&wanted.releases)?;
    for release in &wanted.releases {
        get(root, *release, &wanted.source, wanted.repin)?.store(root)?;
        eprintln!("next: `cargo xtask regen`");
    }
    Ok(())
}

/// Downloads a release's spec and verifies it against the pin, if there is one.
pub(crate) fn get(root: &Path, release: Release, source: &Source, repin: bool) -> Result<Fetched> {
    let pins = Pins::read(root)?;
    let pinned = pins.get(release);
    let tag = source
        .tag
        .clone()
        .or_else(|| pinned.map(|pin| pin.tag.clone()))
        .unwrap_or_else(|| release.first_tag());
    let url = spec_url(source.base_url.as_deref().unwrap_or(DEFAULT_BASE), &tag);
    let bytes = download(&url)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    if let Some(pin) = pinned.filter(|pin| pin.sha256 != sha256 && !repin) {
        return Err(wrong_checksum(pin, &url, &sha256));
    }
    let Normalised { facts, passed_over } = facts::normalise(release, &bytes, &url)?;
    passed_over.lines().for_each(|line| eprintln!("{line}"));
    let pin = pin(&facts, tag, sha256, pinned.and_then(|pin| pin.note.clone()));
    let text = facts.to_text()?;
    // Fail before anything is stored if the generator does not support the spec.
    model::lower(facts, &pin.tag).map_err(|failure| failure.within(&url))?;
    Ok(Fetched { pin, facts: text, bytes, url })
}

impl Fetched {
    /// Writes the facts and the pin, or neither.
    pub(crate) fn store(self, root: &Path) -> Result<()> {
        let (place, definitions) = (self.pin.release.facts_path(), self.pin.definitions);
        let path = root.join(&place);
        let before = path.exists().then(|| files::read(&path)).transpose()?;
        let mut pins = Pins::read(root)?;
        pins.set(self.pin);
        files::write(&path, &self.facts)?;
        if let Err(failure) = pins.write(root) {
            // Best effort: the first error is reported.
            let _ = match before {
                Some(text) => files::write(&path, &text),
                None => files::remove(&path, root),
            };
            return Err(failure);
        }
        eprintln!("{place} contains the facts of {definitions} definitions");
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
    .hint(format!(
        "if the change is intended, accept it with `cargo xtask fetch {} --repin`",
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
