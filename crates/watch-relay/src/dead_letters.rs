//! Where messages go that a sink refuses for good.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::message::Message;

/// A file of refused messages, a line each: `{"time", "pipeline", "sink", "reason", "id", "path", "body"}`. All pipelines
/// share it.
#[derive(Clone, Debug)]
pub(crate) struct DeadLetters(Option<Arc<(PathBuf, Mutex<File>)>>);

impl DeadLetters {
    /// Opens the file, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be opened.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self(None)) };
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self(Some(Arc::new((path.to_owned(), Mutex::new(file))))))
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.0.as_ref().map(|open| open.0.as_path())
    }

    /// Writes a message, for good.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be written.
    pub(crate) fn write(
        &self,
        (pipeline, sink): (&str, &str),
        message: &Message,
        reason: &str,
    ) -> io::Result<()> {
        let Some(open) = &self.0 else { return Ok(()) };
        let line = json!({
            "time": jiff::Timestamp::now().to_string(),
            "pipeline": pipeline,
            "sink": sink,
            "reason": reason,
            "id": &*message.id,
            "path": message.path(),
            "body": String::from_utf8_lossy(&message.payload.body),
        });
        let mut file = open.1.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_data()
    }
}
