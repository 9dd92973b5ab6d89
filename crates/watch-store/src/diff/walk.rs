//! Lists the changes between two objects.

use serde_json::{Map, Value};

use super::change::{Change, ChangeKind};
use super::compare::{Delta, ItemsDelta};
use super::equal::members;
use super::items::Rule;
use super::options::DiffOptions;
use super::path::{Path, PathSegment};
use super::shape::{self, Known};

/// Returns the changes between two objects that differ by `delta`.
pub(super) fn changes(
    options: &DiffOptions,
    delta: &Delta,
    before: &Value,
    after: &Value,
) -> Vec<Change> {
    let mut walk = Walk { options, path: Vec::new(), changes: Vec::new() };
    match delta {
        Delta::Added(_) => walk.add(ChangeKind::Added, after),
        Delta::Removed(_) => walk.add(ChangeKind::Removed, before),
        delta => walk.delta(delta, before, after),
    }
    walk.changes
}

struct Walk<'a> {
    options: &'a DiffOptions,
    path: Vec<PathSegment>,
    changes: Vec<Change>,
}

impl Walk<'_> {
    fn delta(&mut self, delta: &Delta, before: &Value, after: &Value) {
        match delta {
            Delta::Added(known) => self.whole(ChangeKind::Added, after, *known),
            Delta::Removed(known) => self.whole(ChangeKind::Removed, before, *known),
            Delta::Replaced => {
                self.push(ChangeKind::Replaced, Some(before.clone()), Some(after.clone()));
            }
            Delta::Members(members) => {
                for (name, delta) in members {
                    let segment = PathSegment::Field(name.clone());
                    self.within(segment, |walk| walk.delta(delta, &before[name], &after[name]));
                }
            }
            Delta::Items(delta) => self.items(delta, before, after),
        }
    }

    fn items(&mut self, delta: &ItemsDelta, before: &Value, after: &Value) {
        if delta.is_reordered {
            let both = delta.pairs.iter().filter(|(pair, _)| pair.after.is_some());
            let mut places: Vec<usize> = both.filter_map(|(pair, _)| pair.before).collect();
            let labels = |places: &[usize]| -> Value {
                places.iter().map(|place| label(&delta.rule, &before[*place], *place)).collect()
            };
            let new_order = labels(&places);
            places.sort_unstable();
            self.push(ChangeKind::Reordered, Some(labels(&places)), Some(new_order));
        }
        for (pair, inner) in &delta.pairs {
            let (list, index) = match (pair.before, pair.after, inner) {
                (Some(_), Some(_), None) | (None, None, _) => continue,
                (_, Some(index), _) => (after, index),
                (Some(index), None, _) => (before, index),
            };
            let segment = delta.rule.segment(&list[index], index, pair.occurrence);
            self.within(segment, |walk| match (pair.before, inner) {
                (Some(old), Some(inner)) => walk.delta(inner, &before[old], &after[index]),
                (Some(old), None) => walk.add(ChangeKind::Removed, &before[old]),
                (None, _) => walk.add(ChangeKind::Added, &after[index]),
            });
        }
    }

    /// Adds the fields of an object, or the items of a list, that appears or disappears.
    fn whole(&mut self, kind: ChangeKind, value: &Value, known: Known) {
        match value {
            Value::Object(object) if members(object).next().is_some() => {
                let known = shape::of_object(known, value, value);
                let mut sorted: Vec<_> = members(object).collect();
                sorted.sort_by_key(|(name, _)| *name);
                for (name, value) in sorted {
                    let segment = PathSegment::Field(name.clone());
                    let known = shape::of_member(known, name);
                    self.within(segment, |walk| walk.whole(kind, value, known));
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let fields = self.path.iter().filter_map(|segment| match segment {
                    PathSegment::Field(name) => Some(name.as_str()),
                    _ => None,
                });
                let rule = Rule::new(self.options.keys_of(fields), known, items, &[]);
                for pair in rule.pairs(&[], items) {
                    let Some(index) = pair.after else { continue };
                    let segment = rule.segment(&items[index], index, pair.occurrence);
                    self.within(segment, |walk| walk.add(kind, &items[index]));
                }
            }
            value => self.add(kind, value),
        }
    }

    fn within(&mut self, segment: PathSegment, walk: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        walk(self);
        self.path.pop();
    }

    /// Adds a value that appears or disappears.
    fn add(&mut self, kind: ChangeKind, value: &Value) {
        match kind {
            ChangeKind::Removed => self.push(kind, Some(value.clone()), None),
            _ => self.push(kind, None, Some(value.clone())),
        }
    }

    fn push(&mut self, kind: ChangeKind, before: Option<Value>, after: Option<Value>) {
        self.changes.push(Change { path: Path::new(&self.path), kind, before, after });
    }
}

/// Returns what stands for an item in a list of the order.
fn label(rule: &Rule, item: &Value, place: usize) -> Value {
    match rule.segment(item, place, 0) {
        PathSegment::Keys { mut keys, .. } if keys.len() == 1 => keys.swap_remove(0).1,
        PathSegment::Keys { keys, .. } => Value::Object(keys.into_iter().collect::<Map<_, _>>()),
        PathSegment::Item { value, .. } => value,
        PathSegment::Index(index) => index.into(),
        PathSegment::Field(name) => name.into(),
    }
}
