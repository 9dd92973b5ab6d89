//! Makes a recording of one of KWOK.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use watch_runtime::{EventType, Origin};
use watchable_core::fnv1a;
use watchable_core::redact::Redactor;
use watchable_core::secrets::HashKey;

use super::error::KwokError;
use super::timeline::{Change, Object, Timeline};
use crate::header::{Header, RecordedResource, Redaction, VERSION};
use crate::record::synthetic_recorder::{SyntheticEvent, SyntheticRecorder};

/// How to import.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ImportOptions {
    /// The time of the snapshot, which the text does not have. By default, it is when the newest of its objects was
    /// created, so that ages are right.
    pub start: Option<Timestamp>,
    /// Whether the values of Secrets are recorded. By default they are replaced, as a recorder does.
    pub with_secrets: bool,
}

impl ImportOptions {
    /// Sets the time of the snapshot.
    pub fn start(mut self, time: Timestamp) -> Self {
        self.start = Some(time);
        self
    }

    /// Sets whether the values of Secrets are recorded.
    pub fn with_secrets(mut self, with_secrets: bool) -> Self {
        self.with_secrets = with_secrets;
        self
    }
}

/// What was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The number of objects in the snapshot.
    pub objects: u64,
    /// The number of changes.
    pub changes: u64,
    /// The time of the snapshot in the recording.
    pub start: Timestamp,
}

/// Makes a recording of a text that `kwokctl snapshot record` has written: YAML documents, of which all are kept in memory.
/// A path that ends with `.zst` makes a compressed recording.
///
/// Objects get resource versions, which count the changes, and a uid if they have none. Patches are applied as KWOK does:
/// those of Kubernetes' own types as strategic merge patches, others as JSON merge patches.
///
/// # Errors
///
/// If a document is malformed or cannot be applied, or the recording exists or cannot be written. Then there is no
/// recording, except if writing it has failed.
pub fn import(
    text: &str,
    path: impl AsRef<Path>,
    options: ImportOptions,
) -> Result<Imported, KwokError> {
    let timeline = Timeline::read(text)?;
    let start = options.start.unwrap_or_else(|| newest(&timeline));
    let redaction = Redaction { secrets: !options.with_secrets, ..Redaction::default() };
    let header = Header {
        version: VERSION.to_owned(),
        cluster: None,
        release: String::new(),
        started: start,
        resources: timeline.resources.iter().cloned().map(RecordedResource::new).collect(),
        redaction,
        part: 1,
    };
    let mut redactor = Redactor::new(header.redaction.secrets, &[], HashKey::random())
        .map_err(|reason| KwokError::document(1, reason))?;
    let (file, key) = SyntheticRecorder::create(path.as_ref(), header)?;
    if let Some(key) = key {
        redactor.set_key(key);
    }
    let mut writing = Writing { file, redactor, version: 0 };
    let (objects, changes) = (timeline.snapshot.len() as u64, timeline.changes.len() as u64);
    for object in timeline.snapshot {
        writing.event(start, EventType::Added, object, false)?;
    }
    writing.version = writing.version.max(1);
    writing.file.synced(start, &writing.version.to_string())?;
    for Change { nanoseconds, etype, object } in timeline.changes {
        let since = SignedDuration::from_nanos(i64::try_from(nanoseconds).unwrap_or(i64::MAX));
        let time = start.saturating_add(since).unwrap_or(Timestamp::MAX);
        writing.event(time, etype, object, true)?;
    }
    writing.file.finish()?;
    Ok(Imported { objects, changes, start })
}

struct Writing {
    file: SyntheticRecorder,
    redactor: Redactor,
    version: u64,
}

impl Writing {
    fn event(
        &mut self,
        time: Timestamp,
        etype: EventType,
        object: Object,
        is_live: bool,
    ) -> Result<(), KwokError> {
        let Object { resource, key: (namespace, name), value: mut object } = object;
        self.version += 1;
        let version = self.version.to_string();
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.insert("resourceVersion".to_owned(), version.as_str().into());
            // The same for an object as long as it lives: nothing else identifies it.
            metadata.entry("uid").or_insert_with(|| uid_of(resource, &namespace, &name).into());
        }
        let object = self.redactor.redact_owned(object.to_string());
        let origin = if is_live { Origin::Live } else { Origin::Initial };
        let event = SyntheticEvent { etype, origin, namespace, name, version, object };
        self.file.event(time, resource, event)?;
        Ok(())
    }
}

/// Returns a uid for an object that has none.
fn uid_of(resource: usize, namespace: &str, name: &str) -> String {
    // It only has to be another one for another name.
    let hash = fnv1a(format!("{namespace}/{name}").as_bytes());
    format!("{resource:08x}-0000-4000-8{:03x}-{:012x}", hash >> 52, hash & 0xffff_ffff_ffff)
}

/// Returns when the newest object of the snapshot was created.
fn newest(timeline: &Timeline) -> Timestamp {
    let created = |object: &Value| {
        object["metadata"]["creationTimestamp"].as_str()?.parse::<Timestamp>().ok()
    };
    let times = timeline.snapshot.iter().filter_map(|it| created(&it.value));
    times.max().unwrap_or(Timestamp::UNIX_EPOCH)
}
