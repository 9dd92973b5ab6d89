//! Writes what `top` has kept into a recording.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use watch_recording::{RecordedResource, RecordingError, RecordingWriter, key_file};
use watch_terminal::{App, ObjectKey, State};
use watchables::{EventType, Origin, ResourceInfo};

use crate::failure;

/// Writes the states that are kept, of kinds of these resources. Returns what is said of that.
///
/// States that are the oldest that are kept of their object come first, as if they were from the start: what was before is
/// not known.
pub(super) fn write(app: &App, resources: &[ResourceInfo], file: &str, now: Timestamp) -> String {
    match try_write(app, resources, Path::new(file), now) {
        Ok((events, objects)) => {
            let key = key_file::path_of(Path::new(file));
            format!(
                "wrote {events} events of {objects} objects into {file}; {} has the key of its hashes",
                key.display()
            )
        }
        Err(error) if error.is_already_existing() => {
            format!("{file} exists already; press w again and name another file")
        }
        Err(error) => failure::one_line(&error.into()),
    }
}

fn try_write(
    app: &App,
    resources: &[ResourceInfo],
    file: &Path,
    now: Timestamp,
) -> Result<(u64, usize), RecordingError> {
    let states = app.states();
    let started = states.iter().map(|(_, _, state)| state.time).min().unwrap_or(now);
    let recorded = resources.iter().cloned().map(RecordedResource::new).collect();
    let mut writer = RecordingWriter::create(file, started, recorded)?;
    let mut last: HashMap<(usize, &ObjectKey), &State> = HashMap::new();
    let (first, others): (Vec<_>, Vec<_>) = states.into_iter().partition(|(kind, key, state)| {
        let is_first = last.insert((*kind, key), state).is_none();
        is_first && (state.origin == Origin::Initial || state.etype != EventType::Added)
    });
    last.clear();
    for (kind, key, state) in first {
        last.insert((kind, key), state);
        if let Some(object) = state.object.as_ref().filter(|_| state.etype != EventType::Deleted) {
            writer.event(started, kind, (EventType::Added, Origin::Initial), object)?;
        }
    }
    writer.synced(started)?;
    for (kind, key, state) in others {
        let what = (state.etype, state.origin);
        match (&state.object, last.insert((kind, key), state)) {
            (Some(object), _) => writer.event(state.time, kind, what, object)?,
            (None, Some(State { object: Some(before), .. })) => {
                writer.event(state.time, kind, what, &tombstone(before))?;
            }
            (None, _) => {}
        }
    }
    let objects = last.len();
    Ok((writer.finish()?.events, objects))
}

/// Returns what is known of an object that was deleted while nobody watched.
fn tombstone(before: &str) -> String {
    let before: Value = serde_json::from_str(before).unwrap_or_default();
    let mut metadata = before["metadata"].clone();
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.retain(|name, _| {
            matches!(name.as_str(), "name" | "namespace" | "uid" | "resourceVersion")
        });
    }
    let tombstone = json!({
        "apiVersion": before["apiVersion"], "kind": before["kind"], "metadata": metadata,
    });
    tombstone.to_string()
}
