//! `cargo xtask fetch`: downloads specs, `.proto` files and Go files, verifies them against their pins, and stores their
//! facts.

mod download;
mod go_files;
mod progress;
mod proto_files;

pub(crate) use download::download;
use go_files::GoFiles;

use std::path::Path;

use crate::checksum;
use crate::error::{Failure, Result};
use crate::facts::{self, Normalised};
use crate::files;
use crate::model;
use crate::pins::{PINS_PATH, Pin, Pins};
use crate::protobuf;
use crate::release::Release;

/// The base URL of Kubernetes' specs and `.proto` files.
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
    /// Returns the base URL, without a slash at its end.
    fn base(&self) -> &str {
        self.base_url.as_deref().unwrap_or(DEFAULT_BASE).trim_end_matches('/')
    }

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
pub(crate) struct Spec {
    tag: String,
    sha256: String,
    /// The downloaded file.
    pub(crate) bytes: Vec<u8>,
    pub(crate) url: String,
}

/// The facts of a spec and of the `.proto` files of its tag, which were verified, but not stored.
pub(crate) struct Fetched {
    pin: Pin,
    facts: String,
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
        let spec = spec(root, *release, &wanted.source, wanted.repin)?;
        get(root, *release, &wanted.source, wanted.repin, &spec)?.store(root)?;
        eprintln!("next: `cargo xtask regen`");
    }
    Ok(())
}

/// Downloads a release's spec and verifies it against the pin, if there is one.
pub(crate) fn spec(root: &Path, release: Release, source: &Source, repin: bool) -> Result<Spec> {
    let pins = Pins::read(root)?;
    let pinned = pins.get(release);
    let tag = source
        .tag
        .clone()
        .or_else(|| pinned.map(|pin| pin.tag.clone()))
        .unwrap_or_else(|| release.first_tag());
    let url = spec_url(source.base(), &tag);
    let bytes = download(&url)?;
    let sha256 = checksum::sha256(&bytes);
    match pinned {
        Some(pin) if pin.sha256 != sha256 && !repin => {
            Err(wrong_checksum(release, &url, &sha256, &pin.sha256))
        }
        _ => Ok(Spec { tag, sha256, bytes, url }),
    }
}

/// Extracts the facts of a spec, and of the `.proto` files of its tag, which it downloads.
pub(crate) fn get(
    root: &Path,
    release: Release,
    source: &Source,
    repin: bool,
    spec: &Spec,
) -> Result<Fetched> {
    let pins = Pins::read(root)?;
    let pinned = pins.get(release);
    let Normalised { mut facts, passed_over } = facts::normalise(release, &spec.bytes, &spec.url)?;
    passed_over.lines().for_each(|line| eprintln!("{line}"));
    // Fail before many files are downloaded if the generator does not support the spec.
    model::lower(facts.clone(), &spec.tag).map_err(|failure| failure.within(&spec.url))?;
    let base_of = |tag: &str| format!("{}/{tag}/staging/src", source.base());
    let base = base_of(&spec.tag);
    let files = proto_files::get(&base, &facts)?;
    if let Some(pin) = pinned.filter(|pin| pin.protobuf_sha256 != files.sha256 && !repin) {
        let what = format!("what is below {base}");
        return Err(wrong_checksum(release, &what, &files.sha256, &pin.protobuf_sha256));
    }
    let go = GoFiles::get(&base, &files.paths)?;
    let go_sha256 = go.sha256();
    let pinned_go = pinned.filter(|_| !repin).and_then(|pin| pin.go_sha256.as_deref());
    if let Some(pinned) = pinned_go.filter(|pinned| go_sha256.as_deref() != Some(*pinned)) {
        let what = format!("what is declared in Go below {base}");
        let sha256 = go_sha256.as_deref().unwrap_or("of no file");
        return Err(wrong_checksum(release, &what, sha256, pinned));
    }
    let (protobuf_files, go_files) = (files.paths.len(), go.count);
    go_files::join(root, &mut facts, files.messages, (&files.paths, go.tags), base_of)
        .map_err(|failure| failure.within(&base))?;
    let explained = protobuf::check(&facts, || pins.facts_before(root, release));
    explained.map_err(|f| f.within(&base))?.iter().for_each(|line| eprintln!("{line}"));
    let pin = Pin {
        release: facts.release,
        tag: spec.tag.clone(),
        url: spec_url(DEFAULT_BASE, &spec.tag),
        sha256: spec.sha256.clone(),
        definitions: facts.definitions.len(),
        paths: facts.paths,
        watch_cluster: facts.watch_cluster(),
        watch_namespaced: facts.watch_namespaced(),
        protobuf_sha256: files.sha256,
        protobuf_files,
        protobuf_fields: facts.numbers(),
        protobuf_zeros: facts.zeros(),
        go_files,
        go_sha256,
        note: pinned.and_then(|pin| pin.note.clone()),
    };
    let text = facts.to_text()?;
    Ok(Fetched { pin, facts: text })
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
    format!("{base}/{tag}/api/openapi-spec/swagger.json")
}

fn wrong_checksum(release: Release, what: &str, sha256: &str, pinned: &str) -> Failure {
    Failure::new(format!(
        "{what} has the sha256 {sha256}, but {PINS_PATH} pins {pinned} for release {release}"
    ))
    .hint(format!(
        "if the change is intended, accept it with `cargo xtask fetch {release} --repin`"
    ))
}
