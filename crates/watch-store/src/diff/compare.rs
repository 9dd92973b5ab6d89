//! Compares two objects.

use serde_json::{Map, Value};

use super::equal::{member, members, same_number};
use super::items::{Pair, Rule};
use super::options::DiffOptions;
use super::quantity::{same_quantity, same_time};
use super::shape::{self, Known};
use super::table::Shape;

/// How a value differs from another. It contains no values: they are looked up in the objects.
#[derive(Clone)]
pub(super) enum Delta {
    Added(Known),
    Removed(Known),
    Replaced,
    /// The members of two objects that differ, by name.
    Members(Vec<(String, Delta)>),
    Items(ItemsDelta),
}

/// How two lists differ.
#[derive(Clone)]
pub(super) struct ItemsDelta {
    pub(super) rule: Rule,
    /// All items, in the order of the new list, then those that only the old one has, with how those of both differ.
    pub(super) pairs: Vec<(Pair, Option<Delta>)>,
    /// Whether items that both have are in another order.
    pub(super) is_reordered: bool,
}

/// Returns how two objects differ; `None` if they do not. An object that does not exist is `null`.
pub(super) fn compare(options: &DiffOptions, before: &Value, after: &Value) -> Option<Delta> {
    let given = || options.kind().map(shape::of_kind);
    match (before.is_null(), after.is_null()) {
        (true, true) => None,
        (true, false) => Some(Delta::Added(None)),
        (false, true) => Some(Delta::Removed(None)),
        (false, false) => {
            let known = shape::of_object(None, before, after).or_else(given);
            Comparison { options, fields: Vec::new() }.value(before, after, known)
        }
    }
}

struct Comparison<'a> {
    options: &'a DiffOptions,
    /// The fields that lead to the value, without items of lists.
    fields: Vec<&'a str>,
}

impl<'a> Comparison<'a> {
    fn value(&mut self, before: &'a Value, after: &'a Value, known: Known) -> Option<Delta> {
        match (before, after) {
            (Value::Object(old), Value::Object(new)) => {
                self.members(old, new, shape::of_object(known, before, after))
            }
            (Value::Array(before), Value::Array(after)) => self.items(before, after, known),
            (Value::Number(before), Value::Number(after)) if same_number(before, after) => None,
            _ if before == after || self.is_same_by_value(before, after, known) => None,
            _ => Some(Delta::Replaced),
        }
    }

    fn is_same_by_value(&self, before: &Value, after: &Value, known: Known) -> bool {
        match known {
            Some(Shape::Quantity) => {
                self.options.quantities_by_value && same_quantity(before, after)
            }
            Some(Shape::Time) | None => self.options.times_by_value && same_time(before, after),
            _ => false,
        }
    }

    fn members(
        &mut self,
        before: &'a Map<String, Value>,
        after: &'a Map<String, Value>,
        known: Known,
    ) -> Option<Delta> {
        let mut found = Vec::new();
        for (name, old) in members(before) {
            let known = shape::of_member(known, name);
            let delta = match member(after, name) {
                Some(new) => {
                    self.fields.push(name);
                    let delta = self.value(old, new, known);
                    self.fields.pop();
                    delta
                }
                None => Some(Delta::Removed(known)),
            };
            found.extend(delta.map(|delta| (name.clone(), delta)));
        }
        for (name, _) in members(after).filter(|(name, _)| member(before, name).is_none()) {
            found.push((name.clone(), Delta::Added(shape::of_member(known, name))));
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        (!found.is_empty()).then_some(Delta::Members(found))
    }

    fn items(&mut self, before: &'a [Value], after: &'a [Value], known: Known) -> Option<Delta> {
        let given = self.options.keys_of(self.fields.iter().copied());
        let rule = Rule::new(given, known, before, after);
        let known = shape::of_items(known);
        let pairs = rule.pairs(before, after).into_iter().map(|pair| {
            let both = pair.before.zip(pair.after);
            let delta = both.and_then(|(old, new)| self.value(&before[old], &after[new], known));
            (pair, delta)
        });
        let pairs: Vec<_> = pairs.collect();
        let matched = pairs.iter().filter(|(pair, _)| pair.after.is_some());
        let is_reordered = !matched.filter_map(|(pair, _)| pair.before).is_sorted();
        let is_same = |(pair, delta): &(Pair, Option<Delta>)| {
            pair.before.is_some() && pair.after.is_some() && delta.is_none()
        };
        if !is_reordered && pairs.iter().all(is_same) {
            return None;
        }
        Some(Delta::Items(ItemsDelta { rule, pairs, is_reordered }))
    }
}
