//! What kubectl prints of the same values.

use serde_json::{Value, json};

use super::to_string;

/// `kubectl label --local -f values.json a=b -o yaml` made it, without the label: 1.20.2 and 1.32.4 print the same.
const PRINTED: &str = include_str!("values.yaml");

#[test]
fn values_are_printed_as_kubectl_prints_them() {
    let values: Value = serde_json::from_str(include_str!("values.json")).unwrap();
    let ours = to_string(&values);
    for (ours, theirs) in ours.lines().zip(PRINTED.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours, PRINTED);
}

/// kubectl's order has no answer for these: it prints another one each time.
#[test]
fn names_in_a_circle_are_sorted_the_same_each_time() {
    let names = [
        "a10", "a1x", "a9", "a11", "a1-", "a1", "0", "-", "00", "1x", "1", "08", "x1y", "x10", "x9",
    ];
    let members = |names: &mut dyn Iterator<Item = &&str>| {
        Value::Object(names.map(|name| ((*name).to_owned(), json!(1))).collect())
    };
    let text = to_string(&members(&mut names.iter()));
    assert_eq!(text, to_string(&members(&mut names.iter().rev())));
    assert_eq!(text.lines().count(), names.len());
}
