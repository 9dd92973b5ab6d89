//! The last state of each object, which the next one is compared with.

use std::collections::HashMap;

use watchables::{DynamicObject, EventSource, EventType, WatchEvent};

/// The last state of each object, as JSON.
#[derive(Default)]
pub(crate) struct LastStates(HashMap<Key, Box<str>>);

/// The watch, and the names of the object.
type Key = (EventSource, Box<str>, Box<str>);

impl LastStates {
    /// Takes note of an event. Returns the state before it, if it is known and the object is not new.
    pub(crate) fn replace(&mut self, event: &WatchEvent<DynamicObject>) -> Option<Box<str>> {
        let object = &event.obj;
        let [namespace, name] =
            [object.namespace(), object.name()].map(|text| text.unwrap_or_default().into());
        let key = (event.source.clone(), namespace, name);
        match event.etype {
            EventType::Deleted => self.0.remove(&key),
            EventType::Modified => self.0.insert(key, object.json().into()),
            EventType::Added => {
                self.0.insert(key, object.json().into());
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use watchables::Origin;

    use super::*;

    #[test]
    fn state_before_is_that_of_the_same_object() {
        let event = |source, etype, namespace, version| {
            WatchEvent {
            etype,
            obj: serde_json::from_value(
                json!({"metadata": {"namespace": namespace, "name": "a", "resourceVersion": version}}),
            )
            .unwrap(),
            origin: Origin::Live,
            source: EventSource::named(source),
        }
        };
        let mut last = LastStates::default();
        let mut before = |source, etype, namespace, version| {
            let before = last.replace(&event(source, etype, namespace, version))?;
            let before: serde_json::Value = serde_json::from_str(&before).unwrap();
            Some(before["metadata"]["resourceVersion"].as_str().unwrap().to_owned())
        };
        assert_eq!(before("x", EventType::Added, "one", "1"), None);
        assert_eq!(before("x", EventType::Modified, "two", "2"), None);
        assert_eq!(before("y", EventType::Modified, "one", "3"), None);
        assert_eq!(before("x", EventType::Modified, "one", "4").unwrap(), "1");
        assert_eq!(before("x", EventType::Deleted, "one", "5").unwrap(), "4");
        assert_eq!(before("x", EventType::Modified, "one", "6"), None);
        assert_eq!(before("x", EventType::Added, "one", "7"), None, "another object");
    }
}
