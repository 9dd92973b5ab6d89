//! Recordings of KWOK: what `kwokctl snapshot record` writes, and `kwokctl snapshot replay` shows.
//!
//! Such a file is YAML: first the objects that exist, then documents of the kind `ResourcePatch` in
//! `action.kwok.x-k8s.io/v1alpha1`, each of which creates, patches or deletes an object, with the nanoseconds since the
//! snapshot. It has no resource versions, no managed fields, and no time of day.
//!
//! - [`export`] writes one from a recording.
//! - [`import`] makes a recording of one.

mod clean;
mod document;
mod error;
mod export;
mod import;
mod patch;
mod resources;
#[cfg(test)]
mod tests;
mod timeline;

pub use error::KwokError;
pub use export::{Exported, export};
pub use import::{ImportOptions, Imported, import};
