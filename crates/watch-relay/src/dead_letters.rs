//! Where messages go that a sink refuses for good.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::config::ConfigError;
use crate::message::Message;

/// A file of refused messages, a line each: `{"time", "pipeline", "sink", "reason", "id", "path", "body"}`. All pipelines
/// share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeadLetters(Arc<Mutex<Option<Letters>>>);

/// The file.
#[derive(Debug)]
pub(crate) struct Letters {
    path: PathBuf,
    file: File,
}

impl Letters {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// Names it, if it cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, ConfigError> {
        let opened = OpenOptions::new().append(true).create(true).open(path);
        let file = opened.map_err(|error| {
            let path = path.display();
            ConfigError::new(format!("deadLetters: cannot open {path}: {error}"))
        })?;
        Ok(Self { path: path.to_owned(), file })
    }
}

impl DeadLetters {
    /// Writes into this file from now on, or nowhere.
    pub(crate) fn replace(&self, letters: Option<Letters>) {
        *self.lock() = letters;
    }

    /// Returns the path of the file, if there is one.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.lock().as_ref().map(|letters| letters.path.clone())
    }

    /// Writes a message, for good. Returns whether there is a file.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be written.
    pub(crate) fn write(
        &self,
        (pipeline, sink): (&str, &str),
        message: &Message,
        reason: &str,
    ) -> io::Result<bool> {
        let mut letters = self.lock();
        let Some(Letters { file, .. }) = &mut *letters else { return Ok(false) };
        let line = json!({
            "time": jiff::Timestamp::now().to_string(),
            "pipeline": pipeline,
            "sink": sink,
            "reason": reason,
            "id": &*message.id,
            "path": message.path(),
            "body": String::from_utf8_lossy(&message.payload.body),
        });
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_data()?;
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Letters>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
