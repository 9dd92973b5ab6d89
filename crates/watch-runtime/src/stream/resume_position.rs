//! The resource version from which a watcher's next stream resumes.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The start version set by the user and the last version delivered, shared by a watcher and its stream.
#[derive(Debug, Default)]
pub(crate) struct ResumePosition(Mutex<Position>);

#[derive(Clone, Debug, Default)]
struct Position {
    /// The version set by the user.
    start: Option<String>,
    /// The last version that a managed stream delivered.
    delivered: Option<String>,
    /// Incremented whenever the start version is set or cleared. Progress of a stream that began in an
    /// earlier epoch is ignored.
    epoch: u64,
}

impl ResumePosition {
    /// Sets the version that the next stream starts from, and discards the version delivered.
    pub(crate) fn set_start(&self, version: String) {
        let mut position = self.lock();
        *position = Position { start: Some(version), delivered: None, epoch: position.epoch + 1 };
    }

    /// Clears the start version and the version delivered.
    pub(crate) fn clear(&self) {
        let mut position = self.lock();
        *position = Position { epoch: position.epoch + 1, ..Position::default() };
    }

    /// Records the version that a managed stream has delivered; `epoch` is the one in which it began.
    pub(crate) fn advance(&self, epoch: u64, version: &str) {
        let mut position = self.lock();
        if position.epoch == epoch {
            let delivered = position.delivered.get_or_insert_default();
            version.clone_into(delivered);
        }
    }

    /// Returns the current epoch.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    /// Returns the version set by the user.
    pub(crate) fn start(&self) -> Option<String> {
        self.lock().start.clone()
    }

    /// Returns the version delivered, or else the start version.
    pub(crate) fn current(&self) -> Option<String> {
        let position = self.lock();
        position.delivered.clone().or_else(|| position.start.clone())
    }

    /// Ignores poisoning: every single assignment leaves the position valid.
    fn lock(&self) -> MutexGuard<'_, Position> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_a_start_version_discards_the_progress_of_earlier_streams() {
        let position = ResumePosition::default();
        assert_eq!(position.current(), None);
        position.set_start("5".to_owned());
        position.advance(position.epoch(), "7");
        assert_eq!(
            (position.start().as_deref(), position.current().as_deref()),
            (Some("5"), Some("7"))
        );
        let before = position.epoch();
        position.set_start("6".to_owned());
        assert_eq!(position.current().as_deref(), Some("6"));
        position.advance(before, "8");
        assert_eq!(position.current().as_deref(), Some("6"), "a stream of an earlier epoch");
    }
}
