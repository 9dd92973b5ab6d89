//! Where a writer resumes.

use jiff::Timestamp;

use crate::line::SnapshotPlace;

/// Where a writer resumes a file.
#[derive(Debug)]
pub(crate) struct Resumed {
    pub(crate) line: u64,
    pub(crate) objects: u64,
    pub(crate) last_time: Timestamp,
    pub(crate) snapshots: Vec<SnapshotPlace>,
    pub(crate) snapshot_objects: u64,
    pub(crate) since_snapshot: u64,
}

impl Resumed {
    /// The beginning of a new file.
    pub(super) fn beginning(started: Timestamp) -> Self {
        Self {
            line: 1,
            objects: 0,
            last_time: started,
            snapshots: Vec::new(),
            snapshot_objects: 0,
            since_snapshot: 0,
        }
    }
}
