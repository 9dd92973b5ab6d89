//! The last deletions that were delivered: of objects whose state is not known, and of objects that seemed to have been
//! replaced.

use std::collections::VecDeque;

use crate::uid::Uid;

/// How many deletions are kept: servers repeat a deletion soon after the first one.
const KEPT: usize = 64;

/// The last deletions, by the index's key and by uid.
#[derive(Debug, Default)]
pub(super) struct RecentDeletions(VecDeque<(Box<str>, Uid)>);

impl RecentDeletions {
    pub(super) fn push(&mut self, key: &str, uid: &Uid) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((key.into(), uid.clone()));
    }

    pub(super) fn contains(&self, key: &str, uid: &Uid) -> bool {
        self.0.iter().any(|(deleted, other)| **deleted == *key && other.matches(uid))
    }

    pub(super) fn clear(&mut self) {
        self.0 = VecDeque::new();
    }
}
