//! Lenient reading of metadata: strings, and integers in their place, as some servers write them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use watchable_core::json;

/// Returns a string that is not empty, or an integer as text. Anything else counts as absent.
pub(crate) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.into());
    }
    let PossiblyBorrowed(text) = json::from_str(text).ok()?;
    Some(text).filter(|text| !text.is_empty())
}

/// Returns the text of a resource version. "0" is none: it stands for any state, in lists and in watches.
pub(crate) fn version(value: &RawValue) -> Option<Cow<'_, str>> {
    text(value).filter(|text| text != "0")
}

/// Deserializes a value that is present: `null` is one, too.
pub(crate) fn present<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
struct PossiblyBorrowed<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_integers_are_texts() {
        for (json, expected) in [
            ("\"7\"", Some("7")),
            ("\"a\\u002db\"", Some("a-b")),
            ("7", Some("7")),
            ("18446744073709551616", Some("18446744073709551616")),
            ("\"\"", None),
            ("-7", None),
            ("7.5", None),
            ("null", None),
            ("true", None),
            ("[\"7\"]", None),
        ] {
            let value: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(text(value).as_deref(), expected, "{json}");
        }
    }
}
