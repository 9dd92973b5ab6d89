//! A recording of events that no watcher delivers.

use std::path::Path;

use jiff::Timestamp;
use watch_runtime::{EventType, Origin};
use watchable_core::secrets::HashKey;

use super::open::{Opened, open};
use super::progress::{Received, ReceivedEvent, object_key};
use super::sink::{Limits, Sink, Summary};
use crate::error::RecordingError;
use crate::header::Header;
use crate::line::PositionLine;

/// Writes a recording of events that no watcher delivers.
#[derive(Debug)]
pub(crate) struct SyntheticRecorder {
    sink: Sink,
    /// How far each source is.
    positions: Vec<PositionLine>,
}

/// An event, with a whole object.
#[derive(Debug)]
pub(crate) struct SyntheticEvent {
    pub(crate) etype: EventType,
    /// `Initial` until the first state is complete.
    pub(crate) origin: Origin,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) object: String,
}

impl SyntheticRecorder {
    /// Creates a file that does not exist. Also returns the key of its hashes, if values are to be replaced: the header has
    /// its fingerprint.
    pub(crate) fn create(
        path: &Path,
        header: Header,
    ) -> Result<(Self, Option<HashKey>), RecordingError> {
        super::open::check_path(path)?;
        let positions = vec![PositionLine::default(); header.resources.len()];
        let Opened { sink, key, .. } = open(path.to_owned(), header, false, Limits::default())?;
        Ok((Self { sink, positions }, key))
    }

    /// Writes an event of a source, which is named by its place in the header.
    pub(crate) fn event(
        &mut self,
        time: Timestamp,
        source: usize,
        event: SyntheticEvent,
    ) -> Result<(), RecordingError> {
        let SyntheticEvent { etype, origin, namespace, name, version, object } = event;
        let position = &mut self.positions[source];
        if origin == Origin::Live {
            position.version = Some(version.clone());
        }
        let (key, version) = (object_key(&namespace, &name), Some(version));
        let event = Some(ReceivedEvent { etype, origin, key, version, object });
        self.sink.take(Received { source, time, position: position.clone(), event })
    }

    /// Says that the first state of all sources is complete.
    pub(crate) fn synced(&mut self, time: Timestamp, version: &str) -> Result<(), RecordingError> {
        for (source, position) in self.positions.iter_mut().enumerate() {
            position.version = Some(version.to_owned());
            position.synced = true;
            let position = position.clone();
            self.sink.take(Received { source, time, position, event: None })?;
        }
        Ok(())
    }

    /// Ends the recording.
    pub(crate) fn finish(mut self) -> Result<Summary, RecordingError> {
        self.sink.finish()
    }
}
