//! A random history of objects, and what a recording of it must say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use watch_runtime::{EventType, Origin};
use watchable_core::{ResourceInfo, Scope};

use crate::header::{Header, RecordedResource, Redaction, VERSION};
use crate::line::PositionLine;
use crate::writer::Writer;
use crate::{Entry, EntryKind, Recording, State};

pub(crate) const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const NODES: ResourceInfo = ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);

pub(crate) fn at(second: i64) -> Timestamp {
    "2026-01-02T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
}

pub(crate) fn header() -> Header {
    Header {
        version: VERSION.to_owned(),
        cluster: Some("8d81410b-1ab3-4aae-9917-698838ae0bb2".to_owned()),
        release: "1.37".to_owned(),
        started: at(0),
        resources: vec![RecordedResource::new(PODS), RecordedResource::new(NODES)],
        redaction: Redaction::default(),
        part: 1,
    }
}

/// A recording in a folder of its own, and the events in it as lines of text.
pub(crate) struct World {
    pub(crate) path: PathBuf,
    /// Each event with its second.
    pub(crate) events: Vec<(i64, String)>,
    /// The state after each second, from 0 on.
    pub(crate) states: Vec<BTreeMap<String, String>>,
    pub(crate) folder: TempDir,
}

pub(crate) fn object(name: &str, version: i64) -> String {
    let kind = if name.starts_with("node") { "Node" } else { "Pod" };
    let namespace = if kind == "Pod" { r#","namespace":"shop""# } else { "" };
    let padding = "x".repeat(usize::try_from(version * 37 % 90).unwrap());
    format!(
        r#"{{"kind":"{kind}","metadata":{{"name":"{name}"{namespace},"uid":"u-{name}","resourceVersion":"{version}"}},"spec":"{padding}"}}"#
    )
}

/// Writes a recording of some seconds, with one event each, and now and then a snapshot.
pub(crate) fn record(extension: &str, seconds: i64, seed: u64) -> World {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").with_extension(extension);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut writer = Writer::create(&path, extension.ends_with("zst"), &header()).unwrap();
    let mut state = BTreeMap::new();
    let mut world = World { path, events: Vec::new(), states: vec![state.clone()], folder };
    for second in 1..=seconds {
        let name = random.choice(["web-1", "web-2", "node-1", "node-2"]).unwrap();
        let source = if name.starts_with("node") { "nodes/v1" } else { "pods/v1" };
        let object = object(name, second);
        let etype = match state.contains_key(name) {
            false => EventType::Added,
            true if random.u8(..4) == 0 => EventType::Deleted,
            true => EventType::Modified,
        };
        writer.event(at(second), source, (etype, Origin::Live), object.as_bytes()).unwrap();
        world.events.push((second, format!("{etype} {object}")));
        if etype == EventType::Deleted {
            state.remove(name);
        } else {
            state.insert(name.to_owned(), object);
        }
        world.states.push(state.clone());
        match random.u8(..12) {
            0..3 => writer.flush().unwrap(),
            3 => {
                let version = Some(second.to_string());
                let position = PositionLine { version, synced: true, ..PositionLine::default() };
                writer.position(at(second), source, &position).unwrap();
            }
            4 => {
                writer.begin_snapshot(at(second)).unwrap();
                for (name, object) in &state {
                    let source = if name.starts_with("node") { "nodes/v1" } else { "pods/v1" };
                    writer.state(source, object.as_bytes()).unwrap();
                }
                writer.end_snapshot().unwrap();
            }
            _ => {}
        }
    }
    writer.finish().unwrap();
    world
}

/// Returns an event as a line, with its second.
pub(crate) fn event(entry: &Entry) -> Option<(i64, String)> {
    let EntryKind::Event { etype, object, .. } = &entry.what else { return None };
    let second = entry.time.duration_since(at(0)).as_secs();
    Some((second, format!("{etype} {}", String::from_utf8_lossy(object))))
}

/// Returns the events of a recording, up to the first error.
pub(crate) fn events(path: &Path) -> Vec<(i64, String)> {
    let recording = Recording::open(path).unwrap();
    recording.entries().map_while(Result::ok).filter_map(|entry| event(&entry)).collect()
}

/// Returns the objects of a state by name.
pub(crate) fn objects(state: &State) -> BTreeMap<String, String> {
    let objects = state.objects();
    objects.map(|o| (o.name.to_owned(), String::from_utf8_lossy(o.object).into_owned())).collect()
}
