//! `spec/releases.toml`: the pinned releases, their sources, and counts of their specs' contents.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Failure, Result};
use crate::facts::Facts;
use crate::files;
use crate::release::Release;

/// The path of the file, relative to the root of the repository.
pub(crate) const PINS_PATH: &str = "spec/releases.toml";

const HEADER: &str = "\
# The releases and the specs that they were generated from. Written by `cargo xtask fetch`, which
# preserves a `note`. `sha256` is the checksum of the downloaded file, `protobuf_sha256` that of the
# generated.proto files of the same tag, without their comments and white space.

";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pins {
    #[serde(default, rename = "release")]
    pub(crate) releases: Vec<Pin>,
}

/// The source of a release's spec, and the counts that its facts must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    pub(crate) release: Release,
    pub(crate) tag: String,
    /// The upstream URL, even if the file was downloaded from a mirror.
    pub(crate) url: String,
    pub(crate) sha256: String,
    pub(crate) definitions: usize,
    pub(crate) paths: usize,
    pub(crate) watch_cluster: usize,
    pub(crate) watch_namespaced: usize,
    /// The checksum of the `.proto` files, without comments and white space.
    pub(crate) protobuf_sha256: String,
    /// The number of `.proto` files.
    pub(crate) protobuf_files: usize,
    /// The number of properties that have a field number.
    pub(crate) protobuf_fields: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

impl Pins {
    /// Reads the file; without one, no release is pinned.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join(PINS_PATH);
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = files::read(&path)?;
        toml::from_str(&text).map_err(|error| {
            Failure::new(format!("{PINS_PATH}: {error}"))
                .hint("fix the file, or restore it from git")
        })
    }

    pub(crate) fn write(&mut self, root: &Path) -> Result<()> {
        self.releases.sort_by_key(|pin| pin.release);
        let text = toml::to_string(&self)
            .map_err(|error| Failure::new(format!("cannot write {PINS_PATH}: {error}")))?;
        files::write(&root.join(PINS_PATH), &format!("{HEADER}{text}"))
    }

    pub(crate) fn get(&self, release: Release) -> Option<&Pin> {
        self.releases.iter().find(|pin| pin.release == release)
    }

    /// Returns the pin of a release.
    pub(crate) fn require(&self, release: Release) -> Result<&Pin> {
        self.get(release).ok_or_else(|| {
            Failure::new(format!("{PINS_PATH} does not pin release {release}"))
                .hint(format!("run `cargo xtask fetch {release}`"))
        })
    }

    /// Reads the facts of a pinned release and verifies them against the pin.
    pub(crate) fn facts(&self, root: &Path, release: Release) -> Result<Facts> {
        let pin = self.require(release)?;
        let facts = Facts::read(root, release)?;
        pin.verify(&facts)?;
        Ok(facts)
    }

    /// Reads the facts of the release before this one, if one is pinned.
    pub(crate) fn facts_before(&self, root: &Path, release: Release) -> Result<Option<Facts>> {
        let earlier = self.releases.iter().map(|pin| pin.release).filter(|other| *other < release);
        earlier.max().map(|previous| self.facts(root, previous)).transpose()
    }

    pub(crate) fn set(&mut self, pin: Pin) {
        self.releases.retain(|other| other.release != pin.release);
        self.releases.push(pin);
    }
}

impl Pin {
    /// Compares the pinned counts with the facts.
    pub(crate) fn verify(&self, facts: &Facts) -> Result<()> {
        for (what, pinned, found) in [
            ("definitions", self.definitions, facts.definitions.len()),
            ("paths", self.paths, facts.paths),
            ("watch_cluster", self.watch_cluster, facts.watch_cluster()),
            ("watch_namespaced", self.watch_namespaced, facts.watch_namespaced()),
            ("protobuf_fields", self.protobuf_fields, facts.numbers()),
        ] {
            if pinned != found {
                let file = self.release.facts_path();
                return Err(Failure::new(format!(
                    "{file} has {found} {what}, but {PINS_PATH} says {pinned}"
                ))
                .hint(format!(
                    "restore both from git, or run `cargo xtask fetch {}`",
                    self.release
                )));
            }
        }
        Ok(())
    }
}
