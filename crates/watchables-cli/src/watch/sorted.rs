//! `--sort-by`: what exists at the start, in the order of a field.

mod order;

use serde_json::Value;
use watchables::Origin;

use super::item::Item;
use crate::jsonpath::PathExpression;
use crate::say::say;

/// Holds events back until the whole state is known.
pub(crate) struct Sorted {
    path: PathExpression,
    state: Vec<(Option<Value>, Item)>,
    /// What has happened since, in order.
    later: Vec<Item>,
    is_released: bool,
}

impl Sorted {
    /// Creates it, for a state in the order of the values at a path.
    pub(crate) fn new(path: PathExpression) -> Self {
        Self { path, state: Vec::new(), later: Vec::new(), is_released: false }
    }

    /// Returns an event at once if nothing is held back any more.
    pub(crate) fn hold(&mut self, item: Item) -> Option<Item> {
        if self.is_released {
            return Some(item);
        }
        match &item {
            Ok(event) if event.origin == Origin::Initial => {
                let object = serde_json::from_str(event.obj.object.json()).unwrap_or_default();
                let found = self.path.find(&object).unwrap_or_default();
                let value = found.first().map(|value| (*value).clone());
                self.state.push((value, item));
            }
            _ => self.later.push(item),
        }
        None
    }

    /// Whether events are held back.
    pub(crate) fn is_holding(&self) -> bool {
        !(self.state.is_empty() && self.later.is_empty())
    }

    /// Returns what was held back, the state in order. From now on holds nothing back.
    pub(crate) fn release(&mut self) -> Vec<Item> {
        self.is_released = true;
        let mut state = std::mem::take(&mut self.state);
        if !state.is_empty() && state.iter().all(|(value, _)| value.is_none()) {
            say!("--sort-by: no object has a value at this path");
        }
        // What has none comes first, as in kubectl.
        state.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) => order::compare(one, other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        });
        let mut items: Vec<_> = state.into_iter().map(|(_, item)| item).collect();
        items.append(&mut self.later);
        items
    }
}
