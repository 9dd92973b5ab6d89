//! What changed of objects, for `watch --diff` and `history`.

use std::fmt::Display;

use anyhow::anyhow;
use serde_json::value::RawValue;
use watchables::diff::{Change, Path, PathSegment};
use watchables::field_path::{FieldPath, Segment};
use watchables::{Diff, DiffOptions, DynamicObject, EventType, WatchEvent};

use crate::args::DiffForm;
use crate::whole_object::{self, Line};

/// Changes that say only that something is alive: by kind.
const HEARTBEATS: [(&str, &str); 2] =
    [("Lease", "spec.renewTime"), ("Node", "status.conditions[*].lastHeartbeatTime")];

/// How changes are shown, and what is not shown of them.
pub(crate) struct Differences {
    form: DiffForm,
    ignored: Vec<FieldPath>,
    heartbeats: Vec<(&'static str, FieldPath)>,
}

/// What is shown of an event.
#[derive(Debug, PartialEq)]
pub(crate) enum Shown {
    /// Nothing: all that changed is left out.
    Nothing,
    /// The event, with these changes.
    Changes(Vec<Change>),
    /// The event, with this JSON patch.
    Patch(String),
    /// The event, with the whole object.
    Whole(Vec<Line>),
    /// The event, with this remark.
    Remark(String),
}

impl Differences {
    /// Creates it.
    ///
    /// # Errors
    ///
    /// Says which path is malformed.
    pub(crate) fn new(form: DiffForm, ignored: &[String]) -> anyhow::Result<Self> {
        let ignored = ignored.iter().map(|text| {
            FieldPath::parse(text).map_err(|fault| anyhow!("--ignore: the path {text:?} {fault}"))
        });
        let heartbeats = HEARTBEATS
            .map(|(kind, path)| (kind, FieldPath::parse(path).expect("the constants are paths")));
        Ok(Self {
            form,
            ignored: ignored.collect::<Result<_, _>>()?,
            heartbeats: heartbeats.into(),
        })
    }

    /// Returns what is shown of an event, and of the object before it.
    pub(crate) fn of(&self, event: &WatchEvent<DynamicObject>, before: Option<&str>) -> Shown {
        match before {
            _ if event.etype != EventType::Modified => Shown::Changes(Vec::new()),
            Some(before) => self.between(before, &event.obj),
            // Of an event from before a restart.
            None => Shown::Remark("(what it was before is not known)".to_owned()),
        }
    }

    fn between(&self, before: &str, object: &DynamicObject) -> Shown {
        let shown = match self.form {
            DiffForm::Fields => changes(before, object.json()).map(|changes| {
                let shown = changes.into_iter().filter(|change| self.shows(change, object));
                Shown::Changes(shown.collect())
            }),
            DiffForm::Full => {
                self.whole(before, object, |diff| Shown::Whole(whole_object::lines(diff)))
            }
            DiffForm::JsonPatch => self.whole(before, object, |diff| {
                Shown::Patch(diff.to_json_patch().as_shown_value().to_string())
            }),
            DiffForm::JsonMergePatch => self.whole(before, object, |diff| {
                Shown::Patch(diff.to_merge_patch().as_shown_value().to_string())
            }),
        };
        match shown {
            Ok(Shown::Changes(changes)) if changes.is_empty() => Shown::Nothing,
            Ok(shown) => shown,
            Err(remark) => Shown::Remark(remark),
        }
    }

    /// Compares whole objects, and shows the difference in a form that needs them.
    fn whole(
        &self,
        before: &str,
        object: &DynamicObject,
        form: impl Fn(&Diff) -> Shown,
    ) -> Result<Shown, String> {
        let diff = whole(before, object.json())?;
        let is_shown = diff.iter().any(|change| self.shows(change, object));
        Ok(if is_shown { form(&diff) } else { Shown::Nothing })
    }

    fn shows(&self, change: &Change, object: &DynamicObject) -> bool {
        let is_at = |path| is_at_or_below(change.path(), path);
        let kind = object.kind().unwrap_or_default();
        let mut heartbeats = self.heartbeats.iter().filter(|(of, _)| *of == kind);
        !self.ignored.iter().any(is_at) && !heartbeats.any(|(_, path)| is_at(path))
    }
}

/// Returns what changed between two objects in JSON, or a remark in its place if there is nothing to show.
pub(crate) fn changes(before: &str, after: &str) -> Result<Vec<Change>, String> {
    let changes = DiffOptions::new().changes_of_json(before, after).map_err(not_comparable)?;
    if changes.is_empty() { Err(NOTHING.to_owned()) } else { Ok(changes) }
}

/// The same with both objects.
fn whole(before: &str, after: &str) -> Result<Diff, String> {
    let parse = |object| serde_json::from_str::<&RawValue>(object);
    let (before, after) =
        parse(before).and_then(|before| Ok((before, parse(after)?))).map_err(not_comparable)?;
    let diff = Diff::between(&before, &after).map_err(not_comparable)?;
    if diff.is_empty() { Err(NOTHING.to_owned()) } else { Ok(diff) }
}

/// What is said of an object in which nothing changed that is compared.
const NOTHING: &str = "(only its version and managed fields)";

/// What is said of objects that are no JSON.
pub(crate) fn not_comparable(error: impl Display) -> String {
    format!("(cannot be compared: {error})")
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
    use serde_json::{Value, json};
    use watchables::{EventSource, Origin};

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
        let differences = Differences::new(DiffForm::Fields, &[]).unwrap();
        let of = |etype, before: Option<Value>, object| {
            let before = before.map(|before| before.to_string());
            differences.of(&event(etype, &object), before.as_deref())
        };
        let modified = |before, object| of(EventType::Modified, Some(before), object);
        assert_eq!(of(EventType::Added, None, node("1", "True", "1")), Shown::Changes(Vec::new()));
        assert_eq!(modified(node("1", "True", "1"), node("2", "True", "2")), Shown::Nothing);
        let shown = texts(modified(node("2", "True", "2"), node("3", "False", "3")));
        assert_eq!(shown, ["status.conditions[type=Ready].status: True → False"]);
        let shown = modified(node("3", "False", "3"), node("3", "False", "4"));
        assert!(matches!(shown, Shown::Remark(text) if text.contains("only its version")));
        let deleted =
            of(EventType::Deleted, Some(node("2", "False", "4")), node("3", "False", "5"));
        assert_eq!(deleted, Shown::Changes(Vec::new()));
        let shown = of(EventType::Modified, None, node("4", "True", "6"));
        assert!(matches!(shown, Shown::Remark(text) if text.contains("before is not known")));
    }

    #[test]
    fn changes_are_patches_without_values_of_secrets() {
        let secret = |value: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": value}});
        let patch = |form| {
            let differences = Differences::new(form, &[]).unwrap();
            let before = secret("b2xk").to_string();
            let shown = differences.of(&event(EventType::Modified, &secret("bmV3")), Some(&before));
            let Shown::Patch(text) = shown else { panic!("{shown:?}") };
            assert!(!text.contains("b2xk") && !text.contains("bmV3"), "{text}");
            serde_json::from_str::<Value>(&text).unwrap()
        };
        let hash = patch(DiffForm::JsonMergePatch)["data"]["k"].clone();
        assert!(hash.as_str().unwrap().starts_with("<secret "), "{hash}");
        let replace = json!([{"op": "replace", "path": "/data/k", "value": hash}]);
        assert_eq!(patch(DiffForm::JsonPatch), replace);
    }

    #[test]
    fn paths_are_left_out_with_what_is_below_them() {
        let ignored = ["metadata.labels".to_owned()];
        let differences = Differences::new(DiffForm::Fields, &ignored).unwrap();
        let map = |label: &str, value: &str| {
            json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": "c", "labels": {"a": label}}, "data": {"k": value}
            })
        };
        let between = |before: Value, after| {
            differences.of(&event(EventType::Modified, &after), Some(&before.to_string()))
        };
        assert_eq!(between(map("1", "1"), map("2", "1")), Shown::Nothing);
        let shown = between(map("2", "1"), map("3", "2"));
        assert_eq!(texts(shown), ["data.k: \"1\" → \"2\""]);
        let Err(error) = Differences::new(DiffForm::Full, &["a..b".to_owned()]) else {
            panic!("it is a path")
        };
        assert_eq!(error.to_string(), "--ignore: the path \"a..b\" has an empty name");
    }
}
