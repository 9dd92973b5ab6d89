//! What changed of each object, for `--diff`.

use std::collections::HashMap;

use anyhow::anyhow;
use serde_json::Value;
use watchables::diff::{Change, Path, PathSegment};
use watchables::field_path::{FieldPath, Segment};
use watchables::{Diff, DynamicObject, EventSource, EventType, WatchEvent};

/// Changes that say only that something is alive: by kind.
const HEARTBEATS: [(&str, &str); 2] =
    [("Lease", "spec.renewTime"), ("Node", "status.conditions[*].lastHeartbeatTime")];

/// The last state of each object, and what is not told of changes.
pub(crate) struct Differences {
    last: HashMap<Key, Box<str>>,
    ignored: Vec<FieldPath>,
    heartbeats: Vec<(&'static str, FieldPath)>,
}

type Key = (EventSource, Box<str>, Box<str>);

/// What is told of an event.
#[derive(Debug, PartialEq)]
pub(crate) enum Told {
    /// Nothing: all that changed is left out.
    Nothing,
    /// The event, with these changes.
    Changes(Vec<Change>),
    /// The event, with this remark.
    Remark(String),
}

impl Differences {
    /// Creates it without any object.
    ///
    /// # Errors
    ///
    /// Says which path is malformed.
    pub(crate) fn new(ignored: &[String]) -> anyhow::Result<Self> {
        let ignored = ignored.iter().map(|text| {
            FieldPath::parse(text).map_err(|fault| anyhow!("--ignore: the path {text:?} {fault}"))
        });
        let heartbeats = HEARTBEATS
            .map(|(kind, path)| (kind, FieldPath::parse(path).expect("the constants are paths")));
        Ok(Self {
            last: HashMap::new(),
            ignored: ignored.collect::<Result<_, _>>()?,
            heartbeats: heartbeats.into(),
        })
    }

    /// Takes note of an event, and returns what is told of it.
    pub(crate) fn take(&mut self, event: &WatchEvent<DynamicObject>) -> Told {
        let object = &event.obj;
        let [namespace, name] =
            [object.namespace(), object.name()].map(|text| text.unwrap_or_default().into());
        let key = (event.source.clone(), namespace, name);
        if event.etype == EventType::Deleted {
            self.last.remove(&key);
            return Told::Changes(Vec::new());
        }
        let before = self.last.insert(key, object.json().into());
        match before {
            Some(before) if event.etype == EventType::Modified => self.between(&before, object),
            _ => Told::Changes(Vec::new()),
        }
    }

    fn between(&self, before: &str, object: &DynamicObject) -> Told {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let diff = match Diff::between(&parse(before), &parse(object.json())) {
            Ok(diff) => diff,
            Err(error) => return Told::Remark(format!("(cannot be compared: {error})")),
        };
        if diff.is_empty() {
            return Told::Remark("(only its version and managed fields)".to_owned());
        }
        let kind = object.kind().unwrap_or_default();
        let is_told = |change: &Change| {
            let heartbeats = self.heartbeats.iter().filter(|(of, _)| *of == kind);
            let mut left_out = self.ignored.iter().chain(heartbeats.map(|(_, path)| path));
            !left_out.any(|path| is_at_or_below(change.path(), path))
        };
        let told: Vec<_> = diff.into_iter().filter(is_told).collect();
        if told.is_empty() { Told::Nothing } else { Told::Changes(told) }
    }
}

/// Returns whether a path is one that a pattern stands for, or below it.
fn is_at_or_below(path: &Path, pattern: &FieldPath) -> bool {
    let (path, pattern) = (path.segments(), pattern.segments());
    pattern.len() <= path.len()
        && pattern.iter().zip(path).all(|(wanted, segment)| match (wanted, segment) {
            (Segment::Member(wanted), PathSegment::Field(name)) => wanted == name,
            (Segment::EachMember, PathSegment::Field(_)) => true,
            (Segment::EachItem, segment) => !matches!(segment, PathSegment::Field(_)),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use watchables::Origin;

    use super::*;

    fn event(etype: EventType, object: &Value) -> WatchEvent<DynamicObject> {
        WatchEvent {
            etype,
            obj: serde_json::from_value(object.clone()).unwrap(),
            origin: Origin::Live,
            source: EventSource::named("x"),
        }
    }

    fn node(heartbeat: &str, ready: &str, version: &str) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "resourceVersion": version},
            "status": {"conditions": [
                {"type": "Ready", "status": ready, "lastHeartbeatTime": heartbeat}]},
        })
    }

    fn texts(told: Told) -> Vec<String> {
        match told {
            Told::Changes(changes) => changes.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn heartbeats_are_left_out_and_the_rest_is_told() {
        let mut differences = Differences::new(&[]).unwrap();
        let mut take = |etype, object| differences.take(&event(etype, &object));
        assert_eq!(take(EventType::Added, node("1", "True", "1")), Told::Changes(Vec::new()));
        assert_eq!(take(EventType::Modified, node("2", "True", "2")), Told::Nothing);
        let told = texts(take(EventType::Modified, node("3", "False", "3")));
        assert_eq!(told, ["status.conditions[type=Ready].status: True → False"]);
        let told = take(EventType::Modified, node("3", "False", "4"));
        assert!(matches!(told, Told::Remark(text) if text.contains("only its version")));
        assert_eq!(take(EventType::Deleted, node("3", "False", "5")), Told::Changes(Vec::new()));
        assert_eq!(take(EventType::Modified, node("4", "True", "6")), Told::Changes(Vec::new()));
    }

    #[test]
    fn paths_are_left_out_with_what_is_below_them() {
        let mut differences = Differences::new(&["metadata.labels".to_owned()]).unwrap();
        let map = |label: &str, value: &str| {
            json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": "c", "labels": {"a": label}}, "data": {"k": value}
            })
        };
        differences.take(&event(EventType::Added, &map("1", "1")));
        assert_eq!(differences.take(&event(EventType::Modified, &map("2", "1"))), Told::Nothing);
        let told = differences.take(&event(EventType::Modified, &map("3", "2")));
        assert_eq!(texts(told), ["data.k: \"1\" → \"2\""]);
        let Err(error) = Differences::new(&["a..b".to_owned()]) else { panic!("it is a path") };
        assert_eq!(error.to_string(), "--ignore: the path \"a..b\" has an empty name");
    }
}
