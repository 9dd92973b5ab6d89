//! What changed of objects, for `watch --diff` and `history`.

use std::collections::HashMap;

use anyhow::anyhow;
use serde_json::Value;
use watchables::diff::{Change, Path, PathSegment};
use watchables::field_path::{FieldPath, Segment};
use watchables::{Diff, DynamicObject, EventSource, EventType, WatchEvent};

/// Changes that say only that something is alive: by kind.
const HEARTBEATS: [(&str, &str); 2] =
    [("Lease", "spec.renewTime"), ("Node", "status.conditions[*].lastHeartbeatTime")];

/// The last state of each object, and what is not shown of changes.
pub(crate) struct Differences {
    last: HashMap<Key, Box<str>>,
    ignored: Vec<FieldPath>,
    heartbeats: Vec<(&'static str, FieldPath)>,
}

type Key = (EventSource, Box<str>, Box<str>);

/// What is shown of an event.
#[derive(Debug, PartialEq)]
pub(crate) enum Shown {
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

    /// Takes note of an event, and returns what is shown of it.
    pub(crate) fn take(&mut self, event: &WatchEvent<DynamicObject>) -> Shown {
        let object = &event.obj;
        let [namespace, name] =
            [object.namespace(), object.name()].map(|text| text.unwrap_or_default().into());
        let key = (event.source.clone(), namespace, name);
        if event.etype == EventType::Deleted {
            self.last.remove(&key);
            return Shown::Changes(Vec::new());
        }
        let before = self.last.insert(key, object.json().into());
        match before {
            Some(before) if event.etype == EventType::Modified => self.between(&before, object),
            _ => Shown::Changes(Vec::new()),
        }
    }

    fn between(&self, before: &str, object: &DynamicObject) -> Shown {
        let diff = match between(before.as_bytes(), object.json().as_bytes()) {
            Ok(diff) => diff,
            Err(remark) => return Shown::Remark(remark),
        };
        let kind = object.kind().unwrap_or_default();
        let is_shown = |change: &Change| {
            let heartbeats = self.heartbeats.iter().filter(|(of, _)| *of == kind);
            let mut left_out = self.ignored.iter().chain(heartbeats.map(|(_, path)| path));
            !left_out.any(|path| is_at_or_below(change.path(), path))
        };
        let shown: Vec<_> = diff.into_iter().filter(is_shown).collect();
        if shown.is_empty() { Shown::Nothing } else { Shown::Changes(shown) }
    }
}

/// Returns what changed between two objects, or a remark in its place if there is nothing to show.
pub(crate) fn between(before: &[u8], after: &[u8]) -> Result<Diff, String> {
    let parse = |object: &[u8]| serde_json::from_slice::<Value>(object).unwrap_or_default();
    match Diff::between(&parse(before), &parse(after)) {
        Ok(diff) if diff.is_empty() => Err("(only its version and managed fields)".to_owned()),
        Ok(diff) => Ok(diff),
        Err(error) => Err(format!("(cannot be compared: {error})")),
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

    fn texts(shown: Shown) -> Vec<String> {
        match shown {
            Shown::Changes(changes) => changes.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn heartbeats_are_left_out_and_the_rest_is_shown() {
        let mut differences = Differences::new(&[]).unwrap();
        let mut take = |etype, object| differences.take(&event(etype, &object));
        assert_eq!(take(EventType::Added, node("1", "True", "1")), Shown::Changes(Vec::new()));
        assert_eq!(take(EventType::Modified, node("2", "True", "2")), Shown::Nothing);
        let shown = texts(take(EventType::Modified, node("3", "False", "3")));
        assert_eq!(shown, ["status.conditions[type=Ready].status: True → False"]);
        let shown = take(EventType::Modified, node("3", "False", "4"));
        assert!(matches!(shown, Shown::Remark(text) if text.contains("only its version")));
        assert_eq!(take(EventType::Deleted, node("3", "False", "5")), Shown::Changes(Vec::new()));
        assert_eq!(take(EventType::Modified, node("4", "True", "6")), Shown::Changes(Vec::new()));
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
        assert_eq!(differences.take(&event(EventType::Modified, &map("2", "1"))), Shown::Nothing);
        let shown = differences.take(&event(EventType::Modified, &map("3", "2")));
        assert_eq!(texts(shown), ["data.k: \"1\" → \"2\""]);
        let Err(error) = Differences::new(&["a..b".to_owned()]) else { panic!("it is a path") };
        assert_eq!(error.to_string(), "--ignore: the path \"a..b\" has an empty name");
    }
}
