//! Writes a recording as one of KWOK.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use watch_runtime::EventType;
use watchable_core::ResourceInfo;

use super::clean::clean;
use super::document::{API_VERSION, KIND, Method, Resource, ResourcePatch, Target};
use super::error::KwokError;
use super::patch;
use super::resources::OwnGroups;
use super::timeline::key_of;
use crate::entries::FIRST_LISTS;
use crate::entry::{Entry, EntryKind};
use crate::recording::Recording;

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// The number of objects in the snapshot.
    pub objects: u64,
    /// The number of changes.
    pub changes: u64,
}

/// Writes a recording as `kwokctl snapshot replay` reads it: the first complete state as a snapshot, and then a document
/// for each change.
///
/// Resource versions and managed fields are left out, as KWOK does, and so are changes of nothing else. Objects of several
/// sources that have the same name, and are of the same resource, are one. Documents are JSON, which is YAML.
///
/// # Errors
///
/// If the recording cannot be read or is damaged, or `out` cannot be written.
pub fn export(recording: &Recording, out: &mut impl Write) -> Result<Exported, KwokError> {
    let sources = recording.header().resources.iter().map(|it| Arc::from(it.source.as_str()));
    let mut export = Export {
        out,
        groups: OwnGroups::new(),
        unsynced: sources.collect(),
        begin: None,
        start: None,
        present: BTreeMap::new(),
        exported: Exported::default(),
    };
    for entry in recording.entries() {
        export.take(entry?)?;
    }
    if export.start.is_none() {
        export.snapshot(recording.range().1)?;
    }
    export.out.flush()?;
    Ok(export.exported)
}

struct Export<'a, W> {
    out: &'a mut W,
    groups: OwnGroups,
    /// The sources whose first list is not complete.
    unsynced: BTreeSet<Arc<str>>,
    /// When the recording begins.
    begin: Option<Timestamp>,
    /// The time of the snapshot, once it is written.
    start: Option<Timestamp>,
    present: BTreeMap<Slot, Value>,
    exported: Exported,
}

/// Namespaces and definitions before what needs them; then resource, namespace and name.
type Slot = (bool, String, String, String);

impl<W: Write> Export<'_, W> {
    fn take(&mut self, entry: Entry) -> Result<(), KwokError> {
        let Entry { time, source, resource, what } = entry;
        let begin = *self.begin.get_or_insert(time);
        if self.start.is_none() && time.duration_since(begin) > FIRST_LISTS {
            self.snapshot(time)?;
        }
        match what {
            EntryKind::Event { etype, object, .. } => self.event(time, &resource, etype, &object),
            EntryKind::Position { synced: true, .. } if self.start.is_none() => {
                self.unsynced.remove(&source);
                if self.unsynced.is_empty() { self.snapshot(time) } else { Ok(()) }
            }
            EntryKind::Position { .. } | EntryKind::Gap { .. } => Ok(()),
        }
    }

    /// Writes the objects that exist.
    fn snapshot(&mut self, time: Timestamp) -> Result<(), KwokError> {
        self.start = Some(time);
        for object in self.present.values() {
            write(self.out, object)?;
            self.exported.objects += 1;
        }
        Ok(())
    }

    fn event(
        &mut self,
        time: Timestamp,
        resource: &ResourceInfo,
        etype: EventType,
        object: &[u8],
    ) -> Result<(), KwokError> {
        // Lines with objects are valid JSON with a name, or they would have been damaged.
        let Ok(mut object) = serde_json::from_slice::<Value>(object) else { return Ok(()) };
        let Some((namespace, name)) = key_of(&object) else { return Ok(()) };
        let of_kind = resource.api_version().into_owned() + "/" + resource.plural();
        let is_needed = ["Namespace", "CustomResourceDefinition"].contains(&resource.kind());
        let slot = (!is_needed, of_kind, namespace.clone(), name.clone());
        let before = if etype == EventType::Deleted {
            self.present.remove(&slot)
        } else {
            clean(&mut object);
            self.present.insert(slot, object.clone())
        };
        let Some(start) = self.start else { return Ok(()) };
        let (method, template) = match (etype, before) {
            (EventType::Deleted, None) => return Ok(()),
            (EventType::Deleted, Some(_)) => (Method::Delete, None),
            (_, None) => (Method::Create, Some(object)),
            (_, Some(before)) => {
                let of = self.groups.patch_type(resource);
                let Some(patch) = patch::between(&before, &object, of) else { return Ok(()) };
                (Method::Patch, Some(patch))
            }
        };
        let document = ResourcePatch {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            resource: Resource::from(resource),
            target: Target { name, namespace },
            duration_nanosecond: u64::try_from(time.duration_since(start).as_nanos()).unwrap_or(0),
            method,
            template,
        };
        write(self.out, &document)?;
        self.exported.changes += 1;
        Ok(())
    }
}

fn write(out: &mut impl Write, document: &impl serde::Serialize) -> io::Result<()> {
    out.write_all(b"---\n")?;
    serde_json::to_writer(&mut *out, document)?;
    out.write_all(b"\n")
}
