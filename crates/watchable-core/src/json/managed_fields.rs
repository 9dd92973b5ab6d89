//! Removes `metadata.managedFields`, half of what a server sends, from an object's text.

use std::ops::Range;

use super::limits::MAX_DEPTH;
use super::skip;
use super::skip_balanced;

/// The key of the managed fields, with its quotes.
pub(super) const MANAGED_FIELDS: &str = "\"managedFields\"";
/// The key of the object that holds them, with its quotes.
pub(super) const METADATA: &str = "\"metadata\"";

/// Returns an object's text without the member at the path `keys`; `None` if it has no such member. The text
/// must be valid JSON.
pub(super) fn remove_member(text: &str, keys: &[&str]) -> Option<String> {
    let mut bytes = text.as_bytes();
    let mut key_start = 0;
    let mut range = 0..text.len();
    for key in keys {
        (key_start, range) = find_member(bytes, range.start, key)?;
        bytes = &bytes[..range.end];
    }
    // Also remove the comma after it, or else the one before it.
    let after = skip::skip_space(text.as_bytes(), range.end);
    let (before, after) = if text.as_bytes()[after] == b',' {
        (&text[..key_start], &text[after + 1..])
    } else {
        let before = text[..key_start].trim_ascii_end();
        (before.strip_suffix(',').unwrap_or(before), &text[range.end..])
    };
    Some([before, after].concat())
}

/// Returns the start of a member's key and the range of its value.
fn find_member(bytes: &[u8], object: usize, key: &str) -> Option<(usize, Range<usize>)> {
    if bytes.get(object) != Some(&b'{') {
        return None;
    }
    let mut at = object;
    loop {
        at = skip::skip_space(bytes, at + 1);
        let colon = skip::skip_space(bytes, skip::skip_value(bytes, at, 0).ok()?);
        let value = skip::skip_space(bytes, colon + 1);
        let end = skip_balanced::skip_value(bytes, value, MAX_DEPTH).ok()?;
        if bytes[at..].starts_with(key.as_bytes()) {
            return Some((at, value..end));
        }
        at = skip::skip_space(bytes, end);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use crate::json::{from_str, without_managed_fields};
    use crate::{DynamicObject, RawJson};

    const CASES: [(&str, &str); 10] = [
        (r#"{"metadata":{"name":"a","managedFields":[{}]}}"#, r#"{"metadata":{"name":"a"}}"#),
        (r#"{"metadata":{"managedFields":[{}],"name":"a"}}"#, r#"{"metadata":{"name":"a"}}"#),
        (
            r#"{"metadata":{"a":1 , "managedFields" : [] , "b":2}}"#,
            r#"{"metadata":{"a":1 ,  "b":2}}"#,
        ),
        (r#"{"x":["]}"],"metadata":{"managedFields":null}}"#, r#"{"x":["]}"],"metadata":{}}"#),
        // Only at `metadata.managedFields`, not at other paths of the same name.
        (r#"{"managedFields":1}"#, r#"{"managedFields":1}"#),
        (r#"{"spec":{"managedFields":1}}"#, r#"{"spec":{"managedFields":1}}"#),
        (
            r#"{"spec":{"metadata":{"managedFields":1}}}"#,
            r#"{"spec":{"metadata":{"managedFields":1}}}"#,
        ),
        (r#"{"metadata":["managedFields"]}"#, r#"{"metadata":["managedFields"]}"#),
        (
            r#"{"metadata":{"name":"a"},"spec":{"managedFields":1}}"#,
            r#"{"metadata":{"name":"a"},"spec":{"managedFields":1}}"#,
        ),
        ("{}", "{}"),
    ];

    #[test]
    fn managed_fields_are_removed_at_every_position() {
        for (text, stripped) in CASES {
            let value: Value = without_managed_fields(text.as_bytes()).unwrap();
            assert_eq!(value, from_str::<Value>(stripped).unwrap(), "{text}");
            let raw: RawJson = without_managed_fields(text.as_bytes()).unwrap();
            assert_eq!(raw.get(), stripped);
            let members: BTreeMap<String, RawJson> =
                without_managed_fields(text.as_bytes()).unwrap();
            assert_eq!(serde_json::to_value(members).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn dynamic_object_is_decoded_without_managed_fields() {
        let text = r#"{"metadata":{"name":"a","managedFields":[{"x":"\"}"}],"uid":"u"},"spec":1}"#;
        let object: DynamicObject = without_managed_fields(text.as_bytes()).unwrap();
        assert_eq!(object.json(), r#"{"metadata":{"name":"a","uid":"u"},"spec":1}"#);
        assert_eq!(object.uid(), Some("u"));
    }

    #[test]
    fn malformed_managed_fields_are_an_error() {
        for text in [
            r#"{"metadata":{"managedFields":[}}"#,
            r#"{"metadata":{"managedFields":[],}}"#,
            r#"{"metadata":{"managedFields"}}"#,
            r#"{"metadata":{"managedFields":[]"#,
            r#"{"metadata":{"name":"a" "managedFields":[]}}"#,
        ] {
            assert!(without_managed_fields::<Value>(text.as_bytes()).is_err(), "{text}");
            assert!(without_managed_fields::<RawJson>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
