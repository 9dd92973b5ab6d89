//! Field sets, such as the fields a manager owns, and their wire format `fieldsV1`.

use std::collections::BTreeSet;
use std::ops::Bound;

use serde_json::{Map, Value};

use super::path::Step;
use super::types::Types;

pub(super) type Path = Vec<Step>;

/// A set of field paths. Items of keyed lists are members too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSet(pub(super) BTreeSet<Path>);

/// Fields that every object has or that the server sets. No manager owns them.
const UNMANAGED_FIELDS: &[&[&str]] = &[
    &["apiVersion"],
    &["kind"],
    &["metadata", "creationTimestamp"],
    &["metadata", "deletionGracePeriodSeconds"],
    &["metadata", "deletionTimestamp"],
    &["metadata", "generation"],
    &["metadata", "managedFields"],
    &["metadata", "name"],
    &["metadata", "namespace"],
    &["metadata", "resourceVersion"],
    &["metadata", "selfLink"],
    &["metadata", "uid"],
];

impl FieldSet {
    /// Returns the fields that an object sets.
    pub(super) fn of(object: &Value, types: Types) -> Self {
        let mut set = Self::default();
        set.collect(object, types, &mut Vec::new());
        set.0.remove(&Vec::new());
        set.0.retain(|path| !UNMANAGED_FIELDS.iter().any(|names| starts_with(path, names)));
        set
    }

    fn collect(&mut self, value: &Value, types: Types, path: &mut Path) {
        match value {
            Value::Null => return,
            Value::Object(members) if !members.is_empty() && types.is_granular(path) => {
                return self.collect_members(members, types, path);
            }
            Value::Array(items) if !items.is_empty() => {
                if let Some(steps) = types.items(path, items) {
                    for (step, item) in steps.into_iter().zip(items) {
                        path.push(step);
                        self.0.insert(path.clone());
                        if let Value::Object(members) = item {
                            self.collect_members(members, types, path);
                        }
                        path.pop();
                    }
                    return;
                }
            }
            _ => {}
        }
        self.0.insert(path.clone());
    }

    fn collect_members(&mut self, members: &Map<String, Value>, types: Types, path: &mut Path) {
        for (name, value) in members {
            path.push(Step::field(name));
            self.collect(value, types, path);
            path.pop();
        }
    }

    /// Retains only the fields of the status, or only all other fields.
    pub(super) fn retain_status(&mut self, status: bool) {
        self.0.retain(|path| starts_with(path, &["status"]) == status);
    }

    pub(super) fn contains(&self, path: &Path) -> bool {
        self.0.contains(path)
    }

    /// Returns whether the set contains the field or any field within it.
    pub(super) fn contains_within(&self, path: &Path) -> bool {
        let from = (Bound::Included(path), Bound::Unbounded);
        self.0.range::<Path, _>(from).next().is_some_and(|next| next.starts_with(path))
    }

    /// Returns whether the set contains the field or an atomic parent of it.
    pub(super) fn covers(&self, path: &Path) -> bool {
        (1..=path.len()).map(|length| &path[..length]).any(|part| {
            let is_item = matches!(part.last(), Some(Step::Key(_)));
            self.0.contains(part) && (!is_item || part.len() == path.len())
        })
    }

    /// Parses `fieldsV1` and ignores malformed members.
    pub(super) fn parse(fields: &Value) -> Self {
        fn read(fields: &Value, path: &mut Path, set: &mut BTreeSet<Path>) {
            let Some(members) = fields.as_object() else { return };
            if members.is_empty() && !path.is_empty() || members.contains_key(".") {
                set.insert(path.clone());
            }
            for (name, inner) in members {
                if let Some(step) = Step::parse(name) {
                    path.push(step);
                    read(inner, path, set);
                    path.pop();
                }
            }
        }
        let mut set = BTreeSet::new();
        read(fields, &mut Vec::new(), &mut set);
        Self(set)
    }

    /// Formats the set as `fieldsV1`.
    pub(super) fn to_json(&self) -> Value {
        let mut root = Value::Object(Map::new());
        for path in &self.0 {
            let mut node = &mut root;
            for step in path {
                node = &mut node[step.to_text()];
                if !node.is_object() {
                    *node = Value::Object(Map::new());
                }
            }
            // A member with members of its own is marked with a dot.
            let next = (Bound::Excluded(path), Bound::Unbounded);
            let has_inner =
                self.0.range::<Path, _>(next).next().is_some_and(|next| next.starts_with(path));
            if has_inner {
                node["."] = Value::Object(Map::new());
            }
        }
        root
    }
}

fn starts_with(path: &[Step], names: &[&str]) -> bool {
    path.len() >= names.len()
        && path.iter().zip(names).all(|(step, name)| matches!(step, Step::Field(f) if f == name))
}
