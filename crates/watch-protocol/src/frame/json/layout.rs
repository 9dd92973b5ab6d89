//! What is known of the documents in lines that do not have exactly one.

use bytes::Bytes;
use watchable_core::json::Seek;

/// Where the documents are in lines that do not have exactly one.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// What follows a document on its line.
    pub(super) rest: Bytes,
    /// Searches the incomplete line for the end of its first document.
    pub(super) seek: Seek,
    /// How many bytes of a document over several lines were found to be valid so far.
    pub(super) checked: usize,
}

impl Layout {
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Begins the next document.
    pub(super) fn reset(&mut self) {
        (self.seek, self.checked) = (Seek::default(), 0);
    }
}
