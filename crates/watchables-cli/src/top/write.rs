//! Writes what `top` has kept into a recording.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use watch_recording::{RecordedResource, RecordingError, RecordingWriter, key_file};
use watch_terminal::{App, ObjectKey, State};
use watchables::{EventType, Origin, ResourceInfo};

use crate::failure;

/// Writes the states that are kept, of kinds of these resources. A recording is of one cluster: of several, each has a file
/// of its own. Returns what is said of that.
///
/// States that are the oldest that are kept of their object come first, as if they were from the start: what was before is
/// not known.
pub(super) fn write(
    app: &App,
    resources: &[ResourceInfo],
    clusters: &[String],
    file: &str,
    now: Timestamp,
) -> String {
    let written = clusters.iter().enumerate().map(|(number, cluster)| {
        let file = if clusters.len() > 1 { of_cluster(file, cluster) } else { file.to_owned() };
        write_one(app, resources, number, &file, now)
    });
    written.collect::<Vec<_>>().join("; ")
}

/// Returns `top-blue.jsonl.zst` for `top.jsonl.zst`.
fn of_cluster(file: &str, cluster: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let cluster = cluster.replace(|c| !is_plain(c), "_");
    let name = file.rfind('/').map_or(0, |slash| slash + 1);
    let end = file[name..].find('.').filter(|dot| *dot > 0).map_or(file.len(), |dot| name + dot);
    format!("{}-{cluster}{}", &file[..end], &file[end..])
}

fn write_one(
    app: &App,
    resources: &[ResourceInfo],
    cluster: usize,
    file: &str,
    now: Timestamp,
) -> String {
    match try_write(app, resources, cluster, Path::new(file), now) {
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
    cluster: usize,
    file: &Path,
    now: Timestamp,
) -> Result<(u64, usize), RecordingError> {
    let mut states = app.states();
    states.retain(|(_, key, _)| key.cluster == cluster);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cluster_has_a_file_of_its_own() {
        for (file, cluster, expected) in [
            ("top.jsonl.zst", "blue", "top-blue.jsonl.zst"),
            ("a.b/top.jsonl", "arn:aws/x", "a.b/top-arn_aws_x.jsonl"),
            ("day", "blue", "day-blue"),
        ] {
            assert_eq!(of_cluster(file, cluster), expected);
        }
    }
}
