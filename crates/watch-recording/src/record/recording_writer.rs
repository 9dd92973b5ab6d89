//! Writes a recording of events that a program has kept.

use std::path::Path;

use jiff::Timestamp;
use watch_protocol::identity::Identity;
use watch_runtime::{EventType, Origin};
use watchable_core::redact::Redactor;
use watchable_core::secrets::HashKey;

use super::sink::Summary;
use super::synthetic_recorder::{SyntheticEvent, SyntheticRecorder};
use crate::error::{Kind, RecordingError};
use crate::header::{Header, RecordedResource, Redaction, VERSION};

/// Writes a recording of events that a program has kept, in the order in which they happened. For what a watcher delivers
/// from now on, use a [`Recorder`](crate::Recorder).
///
/// Values of Secrets are replaced by hashes, as a recorder does; their key is in a file beside the recording.
#[derive(Debug)]
pub struct RecordingWriter {
    recorder: SyntheticRecorder,
    redactor: Redactor,
    path: std::path::PathBuf,
}

impl RecordingWriter {
    /// Creates a file that does not exist. A path that ends with `.zst` makes a compressed recording.
    ///
    /// # Errors
    ///
    /// If the file exists or cannot be created.
    pub fn create(
        path: impl AsRef<Path>,
        started: Timestamp,
        resources: Vec<RecordedResource>,
    ) -> Result<Self, RecordingError> {
        let path = path.as_ref().to_owned();
        let header = Header {
            version: VERSION.to_owned(),
            cluster: None,
            release: String::new(),
            started,
            resources,
            redaction: Redaction { secrets: true, ..Redaction::default() },
            part: 1,
        };
        let mut redactor = Redactor::new(true, &[], HashKey::random())
            .map_err(|reason| RecordingError::new(&path, Kind::Setting(reason)))?;
        let (recorder, key) = SyntheticRecorder::create(&path, header)?;
        if let Some(key) = key {
            redactor.set_key(key);
        }
        Ok(Self { recorder, redactor, path })
    }

    /// Writes an event of a source, which is named by its place in the list of resources. Those with the origin `Initial` come
    /// before [`synced`](Self::synced), others after it. Times must not decrease. The object's JSON has its `apiVersion` and
    /// `kind`.
    ///
    /// # Errors
    ///
    /// If the object has no metadata, or the file cannot be written.
    pub fn event(
        &mut self,
        time: Timestamp,
        source: usize,
        (etype, origin): (EventType, Origin),
        object: &str,
    ) -> Result<(), RecordingError> {
        let identity = Identity::of_json(object.as_bytes()).map_err(|error| {
            let reason = format!("an object cannot be recorded: {error}");
            RecordingError::new(&self.path, Kind::Setting(reason))
        })?;
        let object = self.redactor.redact_owned(object.to_owned());
        let event = SyntheticEvent {
            etype,
            origin,
            namespace: identity.namespace,
            name: identity.name,
            version: identity.version.unwrap_or_default(),
            object,
        };
        self.recorder.event(time, source, event)
    }

    /// Says that the objects that existed at the start are complete.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn synced(&mut self, time: Timestamp) -> Result<(), RecordingError> {
        self.recorder.synced(time, "")
    }

    /// Ends the recording. Without it, the recording may lack what was written last.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn finish(self) -> Result<Summary, RecordingError> {
        self.recorder.finish()
    }
}
