//! `cargo xtask diff`: what changed between two pinned releases, from `spec/` alone.

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
/// When one is not pinned, or what is in `spec/` of it cannot be read or does not fit its pin.
pub fn between(root: &Path, from: Release, to: Release) -> Result<Told> {
    let pins = Pins::read(root)?;
    let (from, to) = (pins.facts(root, from)?, pins.facts(root, to)?);
    Ok(Told { diff: compare::compare(&from, &to)?, from, to })
}

/// A comparison that can be told.
pub struct Told {
    /// What changed.
    pub diff: Diff,
    from: Facts,
    to: Facts,
}

impl Told {
    /// For people: by group and version.
    pub fn text(&self) -> String {
        text::text(&self.diff, &self.from, &self.to)
    }

    /// For programs: a [`Diff`].
    ///
    /// # Errors
    ///
    /// Never, as far as is known.
    pub fn json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(&self.diff)
            .map_err(|error| Failure::new(format!("cannot encode the difference: {error}")))?;
        Ok(text + "\n")
    }
}
