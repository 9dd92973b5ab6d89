//! Matches the items of two lists.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::equal::{canonical, member, same};
use super::path::PathSegment;
use super::shape::Known;
use super::table::{Items, Shape};

/// How the items of a list are told apart.
#[derive(Clone)]
pub(super) enum Rule {
    Keys(Vec<Cow<'static, str>>),
    Set,
    Position,
}

/// The places of an item in the old and in the new list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) before: Option<usize>,
    pub(super) after: Option<usize>,
    /// How many items with the same keys come before it.
    pub(super) occurrence: usize,
}

/// By what the items of a list are matched if neither the user nor a spec says it.
const CONVENTIONAL_KEYS: [&str; 2] = ["name", "type"];

impl Rule {
    /// Returns the rule for a list with the keys that the user gave, if any.
    pub(super) fn new(
        given: Option<&[String]>,
        known: Known,
        before: &[Value],
        after: &[Value],
    ) -> Self {
        if let Some(keys) = given {
            return Self::Keys(keys.iter().map(|key| Cow::Owned(key.clone())).collect());
        }
        match known {
            Some(Shape::List(Items::ByKeys(keys), _)) => {
                Self::Keys(keys.iter().map(|key| Cow::Borrowed(*key)).collect())
            }
            Some(Shape::List(Items::Set, _)) => Self::Set,
            _ => {
                let is_key = |key: &&str| tells_apart(key, before) && tells_apart(key, after);
                let key = CONVENTIONAL_KEYS.into_iter().find(is_key);
                key.map_or(Self::Position, |key| Self::Keys(vec![Cow::Borrowed(key)]))
            }
        }
    }

    /// Returns the step of a path to an item.
    pub(super) fn segment(&self, item: &Value, index: usize, occurrence: usize) -> PathSegment {
        match self {
            Self::Keys(keys) => {
                let value = |key: &str| item.as_object().and_then(|item| member(item, key));
                let keys = keys.iter().filter_map(|key| {
                    value(key).map(|value| (key.clone().into_owned(), value.clone()))
                });
                let keys: Vec<_> = keys.collect();
                if keys.is_empty() {
                    PathSegment::Index(index)
                } else {
                    PathSegment::Keys { keys, occurrence }
                }
            }
            Self::Set => PathSegment::Item { value: item.clone(), occurrence },
            Self::Position => PathSegment::Index(index),
        }
    }

    /// Returns a text that is the same for items that match. `None` if it has no key.
    fn identity(&self, item: &Value) -> Option<String> {
        let mut text = String::new();
        match self {
            Self::Keys(keys) => {
                let item = item.as_object()?;
                let mut has_key = false;
                for key in keys {
                    if let Some(value) = member(item, key) {
                        canonical(value, &mut text);
                        has_key = true;
                    }
                    text.push('\n');
                }
                has_key.then_some(text)
            }
            Self::Set => {
                canonical(item, &mut text);
                Some(text)
            }
            Self::Position => None,
        }
    }

    /// Returns the pairs of items in the order of the new list, then those that only the old one has.
    pub(super) fn pairs(&self, before: &[Value], after: &[Value]) -> Vec<Pair> {
        let (old, new) = (self.identities(before), self.identities(after));
        let mut places: HashMap<&Identity, usize> = HashMap::with_capacity(old.len());
        let keyed = |(index, identity)| Option::as_ref(identity).map(|identity| (identity, index));
        places.extend(old.iter().enumerate().filter_map(keyed));
        let mut pairs: Vec<Pair> = Vec::with_capacity(new.len());
        for (index, identity) in new.iter().enumerate() {
            if let Some(identity) = identity {
                let before = places.remove(identity);
                pairs.push(Pair { before, after: Some(index), occurrence: identity.1 });
            }
        }
        let removed = places.into_iter().map(|(identity, index)| Pair {
            before: Some(index),
            after: None,
            occurrence: identity.1,
        });
        pairs.extend(removed);
        let without = |identities: &[Option<Identity>]| -> Vec<usize> {
            let all = identities.iter().enumerate();
            all.filter(|(_, identity)| identity.is_none()).map(|(index, _)| index).collect()
        };
        pairs.extend(align(before, &without(&old), after, &without(&new)));
        pairs.sort_by_key(|pair| (pair.after.unwrap_or(usize::MAX), pair.before));
        pairs
    }

    fn identities(&self, items: &[Value]) -> Vec<Option<Identity>> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let identities = items.iter().map(|item| {
            let text = self.identity(item)?;
            let count = counts.entry(text.clone()).or_default();
            *count += 1;
            Some((text, *count - 1))
        });
        identities.collect()
    }
}

/// The keys of an item, and how many items with the same come before it.
type Identity = (String, usize);

/// Returns whether all items are objects that have a text under a key, no two the same.
fn tells_apart(key: &str, items: &[Value]) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| item.get(key).and_then(Value::as_str).is_some_and(|it| seen.insert(it)))
}

/// Pairs items by position, after those that are the same at the beginning and at the end.
fn align(before: &[Value], old: &[usize], after: &[Value], new: &[usize]) -> Vec<Pair> {
    let is_same = |(old, new): (&usize, &usize)| same(&before[*old], &after[*new]);
    let start = old.iter().zip(new).take_while(|pair| is_same(*pair)).count();
    let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = rest.take_while(|pair| is_same(*pair)).count();
    let (middle, last) = (old.len() - end, new.len() - end);
    let pair = |before: Option<&usize>, after: Option<&usize>| Pair {
        before: before.copied(),
        after: after.copied(),
        occurrence: 0,
    };
    let longest = middle.max(last);
    let aligned = (0..longest).map(|index| pair(old[..middle].get(index), new[..last].get(index)));
    let ends = old[middle..].iter().zip(&new[last..]);
    aligned.chain(ends.map(|(before, after)| pair(Some(before), Some(after)))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pairs(rule: &Rule, before: &Value, after: &Value) -> Vec<(Option<usize>, Option<usize>)> {
        let list = |value: &Value| value.as_array().unwrap().clone();
        let pairs = rule.pairs(&list(before), &list(after));
        pairs.into_iter().map(|pair| (pair.before, pair.after)).collect()
    }

    fn by(key: &'static str) -> Rule {
        Rule::Keys(vec![key.into()])
    }

    #[test]
    fn items_match_by_their_keys() {
        let (a, b, c) = (json!({"n": "a"}), json!({"n": "b", "x": 1}), json!({"n": "c"}));
        assert_eq!(
            pairs(&by("n"), &json!([a, b]), &json!([c, {"n": "b"}])),
            [(None, Some(0)), (Some(1), Some(1)), (Some(0), None)]
        );
        // A number by its value, another type is another key.
        let number = |value: Value| json!([{"n": value}]);
        let matched = [(Some(0), Some(0))];
        assert_eq!(pairs(&by("n"), &number(json!(80)), &number(json!(80.0))), matched);
        assert_eq!(pairs(&by("n"), &number(json!(80)), &number(json!("80"))).len(), 2);
    }

    #[test]
    fn first_of_a_key_matches_the_first() {
        let (a, b) = (json!({"n": "a"}), json!({"n": "b"}));
        assert_eq!(
            pairs(&by("n"), &json!([a, a, b]), &json!([b, a])),
            [(Some(2), Some(0)), (Some(0), Some(1)), (Some(1), None)]
        );
    }

    #[test]
    fn items_without_keys_match_among_themselves() {
        let (a, none) = (json!({"n": "a"}), json!({"n": null, "x": 1}));
        assert_eq!(
            pairs(&by("n"), &json!([none, a, 7]), &json!([a, {"x": 2}, 7])),
            [(Some(1), Some(0)), (Some(0), Some(1)), (Some(2), Some(2))]
        );
    }

    #[test]
    fn one_of_several_keys_suffices() {
        let rule = Rule::Keys(vec!["a".into(), "b".into()]);
        let before = json!([{"a": 1, "b": 2}, {"a": 1}, {"b": 1}]);
        let after = json!([{"b": 1}, {"a": 1}, {"a": 1, "b": 3}]);
        assert_eq!(
            pairs(&rule, &before, &after),
            [(Some(2), Some(0)), (Some(1), Some(1)), (None, Some(2)), (Some(0), None)]
        );
    }

    #[test]
    fn equal_ends_are_matched_before_positions() {
        let by_position = |before: Value, after: Value| pairs(&Rule::Position, &before, &after);
        assert_eq!(
            by_position(json!(["a", "b", "c"]), json!(["a", "c"])),
            [(Some(0), Some(0)), (Some(2), Some(1)), (Some(1), None)]
        );
        assert_eq!(
            by_position(json!(["b"]), json!(["a", "b"])),
            [(None, Some(0)), (Some(0), Some(1))]
        );
        assert_eq!(by_position(json!([1, 1]), json!([1])), [(Some(0), Some(0)), (Some(1), None)]);
        assert_eq!(by_position(json!([]), json!([])), []);
    }

    #[test]
    fn lists_without_facts_have_conventional_keys() {
        let rule = |items: Value| match Rule::new(None, None, items.as_array().unwrap(), &[]) {
            Rule::Keys(keys) => keys.join(","),
            Rule::Set => "set".to_owned(),
            Rule::Position => "position".to_owned(),
        };
        assert_eq!(rule(json!([{"name": "a", "type": "x"}, {"name": "b", "type": "y"}])), "name");
        assert_eq!(rule(json!([{"name": "a", "type": "x"}, {"name": "a", "type": "y"}])), "type");
        assert_eq!(rule(json!([{"name": "a"}, {}])), "position");
        assert_eq!(rule(json!([{"name": 1}])), "position");
        assert_eq!(rule(json!(["a"])), "position");
    }
}
