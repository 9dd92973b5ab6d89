//! Objects as YAML, as near to kubectl's as the library has it.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::Value;
use serde_saphyr::{DoubleQuoted, SerializeError, SingleQuoted};

/// Returns a value as a document, which ends in a line break.
///
/// # Errors
///
/// If the library cannot write it.
pub(crate) fn to_string(value: &Value) -> Result<String, SerializeError> {
    // Long lines are not folded: that would make other texts of what is copied.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    serde_saphyr::to_string_with_options(&Shown(value), options)
}

/// A value whose texts are quoted as kubectl quotes them.
struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => match quotes(text) {
                Quotes::Double => DoubleQuoted(text).serialize(serializer),
                Quotes::Single => SingleQuoted(text).serialize(serializer),
                Quotes::AsNeeded => text.serialize(serializer),
            },
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(&Shown(item)))?;
                list.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members
                    .iter()
                    .try_for_each(|(key, value)| map.serialize_entry(key, &Shown(value)))?;
                map.end()
            }
            other => other.serialize(serializer),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Quotes {
    Double,
    Single,
    /// The library decides: none, or double ones where a text would be taken for a number or the like.
    AsNeeded,
}

/// Returns the quotes that kubectl's library takes: single ones for what would be syntax, double ones for lines that do not
/// show where they end.
fn quotes(text: &str) -> Quotes {
    if text.contains('\n') {
        let hides_blanks = text.contains(" \n") || text.contains('\t');
        return if hides_blanks { Quotes::Double } else { Quotes::AsNeeded };
    }
    if text.chars().any(char::is_control) {
        return Quotes::AsNeeded;
    }
    let begins_as_syntax = match text.as_bytes() {
        [
            b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' | b' ',
            ..,
        ] => true,
        [b'-' | b'?' | b':', rest @ ..] => matches!(rest, [] | [b' ', ..]),
        _ => text.starts_with("---") || text.starts_with("..."),
    };
    let is_syntax = begins_as_syntax
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #");
    if is_syntax { Quotes::Single } else { Quotes::AsNeeded }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What kubectl 1.32 prints of the same values.
    #[test]
    fn texts_are_quoted_as_kubectl_quotes_them() {
        let texts = json!({
            "amp": "&x", "colon": "a: b", "cr": "a\r\nb\r\n", "dash": "- a", "date": "2026-01-02", "dq": "say \"hi\"",
            "empty": "", "hash": "a #b", "json": "{\"a\":1}", "lines": "a\nb\n", "lines2": "a\nb", "num": "1.5",
            "on": "on", "port": "f:metadata", "q": "?x", "sp": " lead", "spt": "trail ", "sq": "it's", "star": "*x",
            "tabs": "a\n\tb\n", "tail": "x:", "trail": "a \nb\n", "uni": "ä→",
            "long": "a".repeat(60) + " " + &"b".repeat(60),
        });
        let expected = format!(
            "amp: '&x'\ncolon: 'a: b'\ncr: \"a\\r\\nb\\r\\n\"\ndash: '- a'\ndate: \"2026-01-02\"\ndq: say \"hi\"\n\
             empty: \"\"\nhash: 'a #b'\njson: '{{\"a\":1}}'\nlines: |\n  a\n  b\nlines2: |-\n  a\n  b\n\
             long: {} {}\nnum: \"1.5\"\n\"on\": \"on\"\nport: f:metadata\nq: ?x\nsp: ' lead'\nspt: 'trail '\n\
             sq: it's\nstar: '*x'\ntabs: \"a\\n\\tb\\n\"\ntail: 'x:'\ntrail: \"a \\nb\\n\"\nuni: ä→\n",
            "a".repeat(60),
            "b".repeat(60)
        );
        assert_eq!(to_string(&texts).unwrap(), expected);
        let read: Value = serde_saphyr::from_str(&expected).unwrap();
        assert_eq!(read, texts);
    }

    #[test]
    fn lists_are_not_indented() {
        let object = json!({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "ports": [1, 2]}], "none": [], "nothing": {}}});
        assert_eq!(
            to_string(&object).unwrap(),
            "metadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    ports:\n    - 1\n    - 2\n  none: []\n  nothing: {}\n"
        );
    }
}
