//! The file of a recording, and what its lines refer to.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use watchable_core::ResourceInfo;

use crate::error::RecordingError;
use crate::input::lines::Lines;

/// The file of a recording, and what its lines refer to.
#[derive(Clone, Debug)]
pub(crate) struct RecordedFile {
    pub(crate) path: PathBuf,
    pub(crate) is_compressed: bool,
    /// Counts what is damaged and skipped. `None` if damage is an error.
    pub(crate) skipped: Option<Arc<AtomicU64>>,
    pub(crate) sources: Arc<HashMap<String, (Arc<str>, ResourceInfo)>>,
}

impl RecordedFile {
    /// Reads lines from a place on: an offset, and the number of the line there.
    pub(crate) fn lines(&self, place: (u64, u64)) -> Result<Lines, RecordingError> {
        Lines::open(&self.path, self.is_compressed, place, self.skipped.clone())
    }
}
