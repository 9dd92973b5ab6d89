//! Where a watcher stands: the version that was given to it, and the one that it has reached.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared between a watcher and its stream.
#[derive(Debug, Default)]
pub(crate) struct Cursor(Mutex<Position>);

#[derive(Clone, Debug, Default)]
struct Position {
    given: Option<String>,
    reached: Option<String>,
    /// Counts how often a version was given: what a stream reaches that started before does not count.
    epoch: u64,
}

impl Cursor {
    /// Sets the version that the next stream starts from, and forgets the one reached.
    pub(crate) fn give(&self, version: String) {
        let mut position = self.lock();
        *position = Position { given: Some(version), reached: None, epoch: position.epoch + 1 };
    }

    /// Forgets the version given and the one reached.
    #[cfg(feature = "kube-runtime")]
    pub(crate) fn forget(&self) {
        let mut position = self.lock();
        *position = Position { epoch: position.epoch + 1, ..Position::default() };
    }

    /// Takes note of the version that a managed stream has delivered which began in `epoch`.
    pub(crate) fn reach(&self, epoch: u64, version: &str) {
        let mut position = self.lock();
        if position.epoch == epoch {
            let reached = position.reached.get_or_insert_default();
            version.clone_into(reached);
        }
    }

    /// The epoch in which a stream begins now.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    /// The version that was given.
    pub(crate) fn given(&self) -> Option<String> {
        self.lock().given.clone()
    }

    /// The version reached, else the one given.
    pub(crate) fn current(&self) -> Option<String> {
        let position = self.lock();
        position.reached.clone().or_else(|| position.given.clone())
    }

    /// The position is sound after every single assignment, so a panic elsewhere does no harm.
    fn lock(&self) -> MutexGuard<'_, Position> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaching_moves_on_and_giving_starts_over() {
        let cursor = Cursor::default();
        assert_eq!(cursor.current(), None);
        cursor.give("5".to_owned());
        cursor.reach(cursor.epoch(), "7");
        assert_eq!(
            (cursor.given().as_deref(), cursor.current().as_deref()),
            (Some("5"), Some("7"))
        );
        let before = cursor.epoch();
        cursor.give("6".to_owned());
        assert_eq!(cursor.current().as_deref(), Some("6"));
        cursor.reach(before, "8");
        assert_eq!(cursor.current().as_deref(), Some("6"), "a stream from before has no say");
    }
}
