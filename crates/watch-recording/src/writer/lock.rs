//! Makes sure that a file has one writer.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::error::{Kind, RecordingError};

/// How often a file is tried to be locked.
const LOCK_ATTEMPTS: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Makes sure that no other recorder writes a file. A child process that is just being started holds the lock of its
/// parent for a moment, even if the parent has been killed.
pub(crate) fn lock(path: &Path, file: &File) -> Result<(), RecordingError> {
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => {
                return Err(RecordingError::io(path, "lock")(error));
            }
        }
    }
    Err(RecordingError::new(path, Kind::Locked))
}
