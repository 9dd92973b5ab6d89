//! A set of fields, such as a manager owns, and its wire form `fieldsV1`.

use std::collections::BTreeSet;
use std::ops::Bound;

use serde_json::{Map, Value};

use super::path::Step;
use super::types::Types;

pub(super) type Path = Vec<Step>;

/// The fields by their paths; of a list with keys the items are members, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSet(pub(super) BTreeSet<Path>);

/// What every object has or a server sets, and so nobody owns.
const NOBODYS: &[&[&str]] = &[
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
    /// The fields that an object says.
    pub(super) fn of(object: &Value, types: Types) -> Self {
        let mut set = Self::default();
        set.collect(object, types, &mut Vec::new());
        set.0.remove(&Vec::new());
        set.0.retain(|path| !NOBODYS.iter().any(|names| begins_with(path, names)));
        set
    }

    fn collect(&mut self, value: &Value, types: Types, place: &mut Path) {
        match value {
            Value::Null => return,
            Value::Object(members) if !members.is_empty() && types.has_members(place) => {
                return self.collect_members(members, types, place);
            }
            Value::Array(items) if !items.is_empty() => {
                if let Some(steps) = types.items(place, items) {
                    for (step, item) in steps.into_iter().zip(items) {
                        place.push(step);
                        self.0.insert(place.clone());
                        if let Value::Object(members) = item {
                            self.collect_members(members, types, place);
                        }
                        place.pop();
                    }
                    return;
                }
            }
            _ => {}
        }
        self.0.insert(place.clone());
    }

    fn collect_members(&mut self, members: &Map<String, Value>, types: Types, place: &mut Path) {
        for (name, value) in members {
            place.push(Step::field(name));
            self.collect(value, types, place);
            place.pop();
        }
    }

    /// Keeps the fields of the status alone, or all others.
    pub(super) fn keep_status(&mut self, status: bool) {
        self.0.retain(|path| begins_with(path, &["status"]) == status);
    }

    pub(super) fn contains(&self, path: &Path) -> bool {
        self.0.contains(path)
    }

    /// Whether it has the field or something in it.
    pub(super) fn reaches(&self, path: &Path) -> bool {
        let from = (Bound::Included(path), Bound::Unbounded);
        self.0.range::<Path, _>(from).next().is_some_and(|next| next.starts_with(path))
    }

    /// Whether it has the field or a whole that the field is in.
    pub(super) fn covers(&self, path: &Path) -> bool {
        (1..=path.len()).map(|length| &path[..length]).any(|part| {
            let is_item = matches!(part.last(), Some(Step::Key(_)));
            self.0.contains(part) && (!is_item || part.len() == path.len())
        })
    }

    /// Reads `fieldsV1`; what is not of its form is left out.
    pub(super) fn parse(fields: &Value) -> Self {
        fn read(fields: &Value, place: &mut Path, set: &mut BTreeSet<Path>) {
            let Some(members) = fields.as_object() else { return };
            if members.is_empty() && !place.is_empty() || members.contains_key(".") {
                set.insert(place.clone());
            }
            for (name, inner) in members {
                if let Some(step) = Step::parse(name) {
                    place.push(step);
                    read(inner, place, set);
                    place.pop();
                }
            }
        }
        let mut set = BTreeSet::new();
        read(fields, &mut Vec::new(), &mut set);
        Self(set)
    }

    /// Writes `fieldsV1`.
    pub(super) fn to_json(&self) -> Value {
        let mut root = Value::Object(Map::new());
        for path in &self.0 {
            let mut place = &mut root;
            for step in path {
                place = &mut place[step.to_text()];
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
            }
            // What has fields of its own is named by a dot beside them.
            let next = (Bound::Excluded(path), Bound::Unbounded);
            let has_inner =
                self.0.range::<Path, _>(next).next().is_some_and(|next| next.starts_with(path));
            if has_inner {
                place["."] = Value::Object(Map::new());
            }
        }
        root
    }
}

fn begins_with(path: &[Step], names: &[&str]) -> bool {
    path.len() >= names.len()
        && path.iter().zip(names).all(|(step, name)| matches!(step, Step::Field(f) if f == name))
}
