//! `cargo xtask diff`: compares two pinned releases, using only `spec/`.

mod compare;
mod renames;
mod report;
mod text;

use std::path::Path;

use crate::error::{Failure, Result};
use crate::facts::Facts;
use crate::pins::Pins;
use crate::release::Release;

pub use report::{Change, ChangedField, ChangedType, Diff, Field, FieldName, Renamed, Watchable};

/// Compares two pinned releases.
///
/// # Errors
///
/// Fails if a release is not pinned, or if its facts in `spec/` cannot be read or do not match its pin.
pub fn between(root: &Path, from: Release, to: Release) -> Result<Comparison> {
    let pins = Pins::read(root)?;
    let read = |release| pins.facts(root, release).map(Facts::without_protobuf);
    let (from, to) = (read(from)?, read(to)?);
    Ok(Comparison { diff: compare::compare(&from, &to)?, from, to })
}

/// The comparison of two releases.
pub struct Comparison {
    /// The changes.
    pub diff: Diff,
    from: Facts,
    to: Facts,
}

impl Comparison {
    /// Returns a readable report by group and version.
    pub fn text(&self) -> String {
        text::text(&self.diff, &self.from, &self.to)
    }

    /// Returns a [`Diff`] as JSON.
    ///
    /// # Errors
    ///
    /// Fails if the JSON cannot be encoded, which is not expected.
    pub fn json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(&self.diff)
            .map_err(|error| Failure::new(format!("cannot encode the difference: {error}")))?;
        Ok(text + "\n")
    }
}
