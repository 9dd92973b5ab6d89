//! Writes a difference as a JSON Patch (RFC 6902).

use serde_json::{Value, json};

use super::compare::{Delta, ItemsDelta};

/// A list in which more items move is replaced as a whole: each move takes time in proportion to the list.
const MAX_MOVES: usize = 1_000;

/// Returns the operations that make one object of the other.
pub(super) fn operations(delta: Option<&Delta>, before: &Value, after: &Value) -> Value {
    let mut patch = Patch { pointer: String::new(), operations: Vec::new() };
    match delta {
        None => {}
        // The whole object: it does not exist before, or after.
        Some(Delta::Added(_) | Delta::Removed(_)) => patch.push("replace", Some(after)),
        Some(delta) => patch.delta(delta, before, after),
    }
    Value::Array(patch.operations)
}

struct Patch {
    /// The place, as of RFC 6901.
    pointer: String,
    operations: Vec<Value>,
}

impl Patch {
    fn delta(&mut self, delta: &Delta, before: &Value, after: &Value) {
        match delta {
            Delta::Added(_) => self.push("add", Some(after)),
            Delta::Removed(_) => self.push("remove", None),
            Delta::Replaced => self.push("replace", Some(after)),
            Delta::Members(members) => {
                for (name, delta) in members {
                    let is_null = after.get(name).is_some_and(Value::is_null);
                    let token = name.replace('~', "~0").replace('/', "~1");
                    self.within(&token, |patch| match delta {
                        Delta::Removed(_) if is_null => patch.push("replace", Some(&Value::Null)),
                        delta => patch.delta(delta, &before[name], &after[name]),
                    });
                }
            }
            Delta::Items(delta) => self.items(delta, before, after),
        }
    }

    /// Removes, adds and moves items, and then changes those that both lists have, at their new places.
    fn items(&mut self, delta: &ItemsDelta, before: &Value, after: &Value) {
        let matched = || delta.pairs.iter().filter_map(|(pair, _)| pair.after.and(pair.before));
        let kept = longest_increasing(matched());
        if matched().count() - kept.len() > MAX_MOVES {
            return self.push("replace", Some(after));
        }
        let mut list = self.remove_items(delta);
        // Where the next item belongs. All before it are in the new order, but for those that move later.
        let mut next = 0;
        for (pair, _) in &delta.pairs {
            let Some(index) = pair.after else { continue };
            match pair.before {
                Some(old) if kept.binary_search(&old).is_ok() => {
                    // Only items that move later are between.
                    while list[next] != Some(old) {
                        next += 1;
                    }
                }
                Some(old) => {
                    let from = list.iter().position(|item| *item == Some(old));
                    let from = from.expect("an item that both lists have");
                    list.remove(from);
                    next -= usize::from(from < next);
                    if from != next {
                        let from = format!("{}/{from}", self.pointer);
                        let path = format!("{}/{next}", self.pointer);
                        self.operations.push(json!({"op": "move", "from": from, "path": path}));
                    }
                    list.insert(next, Some(old));
                }
                None => {
                    self.within(&next.to_string(), |patch| patch.push("add", Some(&after[index])));
                    list.insert(next, None);
                }
            }
            next += 1;
        }
        for (pair, inner) in &delta.pairs {
            if let ((Some(old), Some(new)), Some(inner)) = ((pair.before, pair.after), inner) {
                let token = new.to_string();
                self.within(&token, |patch| patch.delta(inner, &before[old], &after[new]));
            }
        }
    }

    /// Removes the items that the new list does not have. Returns the old places of the others, in order.
    fn remove_items(&mut self, delta: &ItemsDelta) -> Vec<Option<usize>> {
        let mut kept = Vec::new();
        let mut removed = Vec::new();
        for (pair, _) in &delta.pairs {
            match (pair.before, pair.after) {
                (Some(before), Some(_)) => kept.push(Some(before)),
                (Some(before), None) => removed.push(before),
                (None, _) => {}
            }
        }
        kept.sort_unstable();
        removed.sort_unstable();
        // From the end, so that places before stay as they are.
        for place in removed.into_iter().rev() {
            self.within(&place.to_string(), |patch| patch.push("remove", None));
        }
        kept
    }

    fn within(&mut self, token: &str, add: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(token);
        add(self);
        self.pointer.truncate(length);
    }

    fn push(&mut self, operation: &str, value: Option<&Value>) {
        self.operations.push(match value {
            Some(value) => json!({"op": operation, "path": self.pointer, "value": value}),
            None => json!({"op": operation, "path": self.pointer}),
        });
    }
}

/// Returns the longest part of distinct numbers that is in increasing order already.
fn longest_increasing(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let numbers: Vec<usize> = numbers.collect();
    // The index of the last number of the best sequence of each length, and of the number before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        previous.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut longest = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(index) = next {
        longest.push(numbers[index]);
        next = previous[index];
    }
    longest.reverse();
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_increasing_part_is_found() {
        for (numbers, expected) in [
            (vec![], vec![]),
            (vec![1, 2, 3, 0], vec![1, 2, 3]),
            (vec![3, 0, 1, 2], vec![0, 1, 2]),
            (vec![2, 1, 0], vec![0]),
            (vec![0, 4, 1, 5, 2], vec![0, 1, 2]),
        ] {
            assert_eq!(longest_increasing(numbers.clone().into_iter()), expected, "{numbers:?}");
        }
    }
}
