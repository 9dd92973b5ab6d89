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
    // The library's rules for YAML 1.1 put quotes around addresses and versions (`10.43.0.1`). What kubectl's library has of
    // them is below, but for names of members: there, a wrapper of the library has no effect.
    let yaml_12 = !has_ambiguous_name(value);
    let options = serde_saphyr::ser_options! {
        // Else lines would be broken within texts.
        folded_wrap_chars: usize::MAX,
        yaml_12: yaml_12,
        no_lang_directive: true,
    };
    serde_saphyr::to_string_with_options(&Shown(value), options)
}

/// Returns whether a member has a name that YAML 1.1 would not read as a text.
fn has_ambiguous_name(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_ambiguous_name),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| is_other_in_yaml_11(name) || has_ambiguous_name(value)),
        _ => false,
    }
}

/// A value whose texts are quoted as kubectl quotes them.
struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => Text(text).serialize(serializer),
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

struct Text<'a>(&'a str);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match quotes(self.0) {
            Quotes::Double => DoubleQuoted(self.0).serialize(serializer),
            Quotes::Single => SingleQuoted(self.0).serialize(serializer),
            Quotes::AsNeeded => self.0.serialize(serializer),
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
/// show where they end, and for what YAML 1.1 has for a truth value, a time or a number to the base of 60.
fn quotes(text: &str) -> Quotes {
    if text.contains('\n') {
        let hides_blanks = text.contains(" \n") || text.contains('\t');
        return if hides_blanks { Quotes::Double } else { Quotes::AsNeeded };
    }
    if text.chars().any(char::is_control) {
        return Quotes::AsNeeded;
    }
    if is_other_in_yaml_11(text) {
        return Quotes::Double;
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

/// Whether YAML 1.1, or Go's reading of it, has something else for it than a text, which YAML 1.2 has not.
fn is_other_in_yaml_11(text: &str) -> bool {
    is_truth_value(text)
        || is_date(text)
        || is_sexagesimal(text)
        || is_number_with_underscores(text)
}

/// Whether YAML 1.1 has it for a truth value. The library knows `true` and `false`.
fn is_truth_value(text: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off"];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether it begins as a date, and goes on as a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut number = |digits: std::ops::RangeInclusive<usize>| {
        let part = parts.next().unwrap_or_default();
        digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !number(4..=4) || !number(1..=2) {
        return false;
    }
    let rest = parts.next().unwrap_or_default();
    let day = rest.bytes().take_while(u8::is_ascii_digit).count();
    let of_time = |byte: u8| byte.is_ascii_digit() || b":.+-Zz ".contains(&byte);
    (1..=2).contains(&day)
        && match rest.as_bytes()[day..] {
            [] => true,
            [b'T' | b't' | b' ', ref time @ ..] => time.iter().copied().all(of_time),
            _ => false,
        }
}

/// Whether it is a number to the base of 60, such as `10:20:30`.
fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _)| whole);
    let mut parts = whole.split(':');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_first = parts.next().is_some_and(is_number);
    let mut rest = parts.peekable();
    is_first
        && rest.peek().is_some()
        && rest.all(|part| {
            is_number(part) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|it| it < 60)
        })
}

/// Whether it is a number once underscores are taken out, as Go does.
fn is_number_with_underscores(text: &str) -> bool {
    let begins_so = text.starts_with(|c: char| c.is_ascii_digit() || "+-._".contains(c));
    let plain = text.replace('_', "");
    let is_radix =
        ["0x", "0X", "0b", "0B", "0o", "0O"].iter().any(|prefix| plain.starts_with(prefix));
    text.contains('_') && begins_so && (is_radix || plain.parse::<f64>().is_ok())
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
            "empty": "", "ip": "10.43.0.82", "kernel": "6.12.0", "oct": "010", "port6": "8080:80", "time": "10:20:30",
            "truth": "yes", "ts": "2026-01-02T03:04:05Z", "under": "1_000", "hash": "a #b", "json": "{\"a\":1}", "lines": "a\nb\n", "lines2": "a\nb", "num": "1.5",
            "switch": "on", "port": "f:metadata", "q": "?x", "sp": " lead", "spt": "trail ", "sq": "it's", "star": "*x",
            "tabs": "a\n\tb\n", "tail": "x:", "trail": "a \nb\n", "uni": "ä→",
            "long": "a".repeat(60) + " " + &"b".repeat(60),
        });
        let expected = format!(
            "amp: '&x'\ncolon: 'a: b'\ncr: \"a\\r\\nb\\r\\n\"\ndash: '- a'\ndate: \"2026-01-02\"\ndq: say \"hi\"\n\
             empty: \"\"\nhash: 'a #b'\nip: 10.43.0.82\njson: '{{\"a\":1}}'\nkernel: 6.12.0\nlines: |\n  a\n  b\nlines2: |-\n  a\n  b\n\
             long: {} {}\nnum: \"1.5\"\noct: \"010\"\nport: f:metadata\nport6: 8080:80\nq: ?x\nsp: ' lead'\nspt: 'trail '\n\
             sq: it's\nstar: '*x'\nswitch: \"on\"\ntabs: \"a\\n\\tb\\n\"\ntail: 'x:'\ntime: \"10:20:30\"\ntrail: \"a \\nb\\n\"\ntruth: \"yes\"\nts: \"2026-01-02T03:04:05Z\"\nunder: \"1_000\"\nuni: ä→\n",
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

    #[test]
    fn names_that_are_no_texts_in_yaml_11_are_quoted() {
        let text = to_string(&json!({"data": {"on": "1", "y": "10.43.0.1", "z": "1_0_"}})).unwrap();
        assert_eq!(text, "data:\n  \"on\": \"1\"\n  \"y\": \"10.43.0.1\"\n  z: \"1_0_\"\n");
    }
}
