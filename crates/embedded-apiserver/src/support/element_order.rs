//! The order of a list's items after a strategic merge patch.

use serde_json::Value;

/// Orders the items of a merged list: those that the patch names in its order, the others in the order
/// that they had.
///
/// One of the others goes before the first item of the patch that it preceded, so new items come first.
/// Items are the same if they have the same value of the merge key, or without one if they are equal.
pub(crate) fn arrange(items: &mut Vec<Value>, patch: &[Value], old: &[Value], key: Option<&str>) {
    let place = |list: &[Value], item: &Value| {
        list.iter().position(|other| match key {
            Some(key) if other.is_object() => other[key] == item[key],
            _ => other == item,
        })
    };
    let (mut named, others): (Vec<_>, Vec<_>) =
        std::mem::take(items).into_iter().partition(|item| place(patch, item).is_some());
    named.sort_by_key(|item| place(patch, item));
    let mut others = others.into_iter().peekable();
    for item in named {
        let at = place(old, &item);
        while let Some(other) =
            others.next_if(|other| at.is_some_and(|at| place(old, other).is_some_and(|o| o < at)))
        {
            items.push(other);
        }
        items.push(item);
    }
    items.extend(others);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(merged: &[&str], patch: &[&str], old: &[&str], expected: &[&str]) {
        let of = |names: &[&str]| names.iter().map(|name| json!({"name": name})).collect();
        let mut items: Vec<_> = of(merged);
        let (patch, old): (Vec<_>, Vec<_>) = (of(patch), of(old));
        arrange(&mut items, &patch, &old, Some("name"));
        assert_eq!(items, of(expected));
    }

    #[test]
    fn new_items_come_first_and_changed_ones_stay_among_the_others() {
        check(&["a", "b", "new"], &["new"], &["a", "b"], &["new", "a", "b"]);
        check(&["a", "b", "c"], &["b"], &["a", "b", "c"], &["a", "b", "c"]);
        check(&["a", "b", "new"], &["b", "new"], &["a", "b"], &["a", "b", "new"]);
    }

    #[test]
    fn order_of_the_patch_precedes_the_old_one() {
        check(&["a", "b", "c"], &["c", "a"], &["a", "b", "c"], &["b", "c", "a"]);
        check(&["a", "b"], &["b", "a"], &["a", "b"], &["b", "a"]);
    }

    #[test]
    fn items_without_a_key_are_compared_as_a_whole() {
        let mut items = vec![json!("y"), json!("z")];
        arrange(&mut items, &[json!("z")], &[json!("y")], None);
        assert_eq!(items, [json!("z"), json!("y")]);
    }
}
