//! What commands that read recordings share: the file, and the resources in it by name.

use std::path::Path;

use anyhow::bail;
use watch_recording::{OpenOptions, Recording, RecordingError};
use watchables::{CatalogEntry, Named, ResourceInfo, find};

use crate::say::say;

/// Opens a recording.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn open(path: &Path, skip_damaged: bool) -> anyhow::Result<Recording> {
    let options = OpenOptions::default().skip_damaged(skip_damaged);
    Recording::open_with(path, options).map_err(with_cli_hint)
}

/// Says that something was skipped, if it was.
pub(crate) fn warn_of_damage(recording: &Recording) {
    if recording.skipped() > 0 {
        let file = recording.path().display();
        say!(
            "{file} is damaged, and what could not be read was skipped: changes may be missing, and objects \
             shown that were deleted"
        );
    }
}

/// Returns an error with a hint which option helps.
pub(crate) fn with_cli_hint(error: RecordingError) -> anyhow::Error {
    if error.damaged_at().is_some() {
        anyhow::anyhow!("{error} (--skip-damaged)")
    } else {
        error.into()
    }
}

/// Returns the recorded resource with this name, which is written as in kubectl.
///
/// # Errors
///
/// If no such resource is recorded.
pub(crate) fn resource(recording: &Recording, name: &str) -> anyhow::Result<ResourceInfo> {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap_or_default();
    let recorded = &recording.header().resources;
    let names: Vec<_> =
        recorded.iter().map(|recorded| RecordedName::new(&recorded.resource, &catalog)).collect();
    if let Ok(found) = find(&names, name) {
        return Ok(found.resource.clone());
    }
    let mut all: Vec<_> = recorded.iter().map(|it| it.resource.plural()).collect();
    all.sort_unstable();
    all.dedup();
    bail!(
        "the recording {} has no resource {name:?}; it has {}",
        recording.path().display(),
        all.join(", ")
    )
}

/// A recorded resource, with the names that the newest release has for it.
struct RecordedName {
    resource: ResourceInfo,
    singular: String,
    short_names: &'static [&'static str],
}

impl RecordedName {
    fn new(resource: &ResourceInfo, catalog: &[CatalogEntry]) -> Self {
        let is_same = |entry: &&CatalogEntry| {
            entry.resource.group() == resource.group()
                && entry.resource.plural() == resource.plural()
        };
        let short_names = catalog.iter().find(is_same).map_or(&[][..], |entry| entry.short_names);
        let (resource, singular) = (resource.clone(), resource.kind().to_lowercase());
        Self { resource, singular, short_names }
    }
}

impl Named for RecordedName {
    fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    fn singular(&self) -> &str {
        &self.singular
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.contains(&name)
    }

    fn rank(&self, _: &[Self]) -> u8 {
        0
    }
}
