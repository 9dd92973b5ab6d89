//! How names and values are displayed, in one line.

use serde_json::Value;

/// Longer values are cut, in characters.
const MAX_LENGTH: usize = 200;
/// How much of what two long texts have in common is shown before the first difference, in characters.
const CONTEXT: usize = 20;

/// What stands for an absent value.
const NONE: &str = "(none)";

/// Returns whether a field's name is displayed without quotes.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_$".contains(c))
}

/// Returns the text of a value in a path.
pub(super) fn key_text(value: &Value) -> String {
    match value {
        Value::String(text)
            if !text.is_empty()
                && text.chars().all(|c| c.is_alphanumeric() || "-_./:@%*+$".contains(c)) =>
        {
            text.clone()
        }
        other => cut(&other.to_string()),
    }
}

/// Returns the text of a value. Of a text that is too long, what `other` has, too, is left out at the beginning.
pub(super) fn value_text(value: Option<&Value>, other: Option<&Value>) -> String {
    match value {
        None => NONE.to_owned(),
        Some(Value::String(text)) => {
            let start = match other {
                Some(Value::String(other)) => common_prefix(text, other),
                _ => 0,
            };
            string_text(text, start)
        }
        Some(value) => cut(&value.to_string()),
    }
}

fn string_text(text: &str, common: usize) -> String {
    let length = text.chars().count();
    if length <= MAX_LENGTH {
        return if needs_quotes(text) { quoted(text) } else { text.to_owned() };
    }
    let start = if common > 2 * CONTEXT { common - CONTEXT } else { 0 };
    let part: String = text.chars().skip(start).take(MAX_LENGTH).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if start + MAX_LENGTH < length { "…" } else { "" };
    format!("{before}{}{after} ({} bytes)", quoted(&part), text.len())
}

/// Returns the number of characters that two texts begin with alike.
fn common_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// Returns whether a text without quotes would be taken for something else, or take more than one line.
fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text == NONE
        || text.trim() != text
        || text.starts_with('"')
        || text.contains(" → ")
        || text.chars().any(|c| c.is_control() || "\u{2028}\u{2029}".contains(c))
        || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Quotes a text as JSON does. Control characters that JSON leaves as they are are escaped, too.
pub(super) fn quoted(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    escaped(&quoted)
}

fn escaped(text: &str) -> String {
    let is_escaped = |c: char| c.is_control() || "\u{2028}\u{2029}".contains(c);
    if !text.contains(is_escaped) {
        return text.to_owned();
    }
    let escape =
        |c: char| if is_escaped(c) { format!("\\u{:04x}", u32::from(c)) } else { c.into() };
    text.chars().map(escape).collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}… ({} bytes)", escaped(&text[..end]), text.len()),
        None => escaped(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        value_text(Some(value), None)
    }

    #[test]
    fn texts_are_quoted_where_they_would_be_mistaken() {
        for (value, expected) in [
            (json!("Running"), "Running"),
            (json!("2026-11-22T13:35:49Z"), "2026-11-22T13:35:49Z"),
            (json!("two words"), "two words"),
            (json!("1"), r#""1""#),
            (json!(1), "1"),
            (json!("true"), r#""true""#),
            (json!(true), "true"),
            (json!(""), r#""""#),
            (json!(" a"), r#"" a""#),
            (json!("(none)"), r#""(none)""#),
            (json!("a → b"), r#""a → b""#),
            (json!("a\nb"), r#""a\nb""#),
            (json!("a\u{85}b"), r#""a\u0085b""#),
            (json!("a\u{2028}b"), r#""a\u2028b""#),
            (json!({"a": [1, "b\u{2028}"]}), r#"{"a":[1,"b\u2028"]}"#),
            (json!({}), "{}"),
        ] {
            assert_eq!(text(&value), expected);
        }
        assert_eq!(value_text(None, None), "(none)");
    }

    #[test]
    fn long_values_are_cut_around_their_first_difference() {
        let common = "é".repeat(500);
        let (a, b) = (json!(format!("{common}a{common}")), json!(format!("{common}b{common}")));
        let line = value_text(Some(&a), Some(&b));
        assert!(line.starts_with(&format!("…\"{}a", "é".repeat(20))), "{line}");
        assert!(line.ends_with("\"… (2001 bytes)"), "{line}");
        assert!(line.chars().count() < 250, "{line}");
        let alone = text(&a);
        assert!(alone.starts_with("\"éé") && alone.ends_with("\"… (2001 bytes)"), "{alone}");
        let list = text(&json!(vec![1; 1000]));
        assert!(list.starts_with("[1,1,") && list.ends_with("… (2001 bytes)"), "{list}");
    }
}
