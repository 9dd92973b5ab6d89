//! Objects without their `metadata.managedFields`: half of what a server sends, for those who do not
//! care which manager owns which field.

use super::leap;
use super::reader::MAX_DEPTH;
use super::skip;

/// The key that holds the fields, in its quotes, and the one that it lies in.
pub(super) const MANAGED_FIELDS: &str = "\"managedFields\"";
pub(super) const METADATA: &str = "\"metadata\"";

/// An object's text with the member cut out that the keys lead to, if there is one. The text is
/// known to be JSON.
pub(super) fn cut(text: &str, keys: &[&str]) -> Option<String> {
    let mut bytes = text.as_bytes();
    let mut key_at = 0;
    let mut range = 0..text.len();
    for key in keys {
        (key_at, range) = member(bytes, range.start, key)?;
        bytes = &bytes[..range.end];
    }
    // With the comma after it, or else the one before it.
    let after = skip::space(text.as_bytes(), range.end);
    let (before, after) = if text.as_bytes()[after] == b',' {
        (&text[..key_at], &text[after + 1..])
    } else {
        let before = text[..key_at].trim_ascii_end();
        (before.strip_suffix(',').unwrap_or(before), &text[range.end..])
    };
    Some([before, after].concat())
}

/// Where an object's member begins, with its key, and where its value lies.
fn member(bytes: &[u8], object: usize, key: &str) -> Option<(usize, std::ops::Range<usize>)> {
    if bytes.get(object) != Some(&b'{') {
        return None;
    }
    let mut at = object;
    loop {
        at = skip::space(bytes, at + 1);
        let colon = skip::space(bytes, skip::skip(bytes, at, 0).ok()?);
        let value = skip::space(bytes, colon + 1);
        let end = leap::leap(bytes, value, MAX_DEPTH).ok()?;
        if bytes[at..].starts_with(key.as_bytes()) {
            return Some((at, value..end));
        }
        at = skip::space(bytes, end);
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
        // Only where an object has them, not where it speaks of such.
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
    fn they_are_left_out_wherever_they_stand() {
        for (whole, less) in CASES {
            let value: Value = without_managed_fields(whole.as_bytes()).unwrap();
            assert_eq!(value, from_str::<Value>(less).unwrap(), "{whole}");
            let raw: RawJson = without_managed_fields(whole.as_bytes()).unwrap();
            assert_eq!(raw.get(), less);
            let members: BTreeMap<String, RawJson> =
                without_managed_fields(whole.as_bytes()).unwrap();
            assert_eq!(serde_json::to_value(members).unwrap(), value, "{whole}");
        }
    }

    #[test]
    fn an_object_of_any_kind_is_left_without() {
        let text = r#"{"metadata":{"name":"a","managedFields":[{"x":"\"}"}],"uid":"u"},"spec":1}"#;
        let object: DynamicObject = without_managed_fields(text.as_bytes()).unwrap();
        assert_eq!(object.json(), r#"{"metadata":{"name":"a","uid":"u"},"spec":1}"#);
        assert_eq!(object.uid(), Some("u"));
    }

    #[test]
    fn what_is_left_out_is_json_nevertheless() {
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
