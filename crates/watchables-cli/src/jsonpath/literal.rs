//! Parses literals: texts, numbers and truth values.

use serde_json::{Number, Value};

use super::scanner::{Fault, Place, Scanner};

/// Returns the word that is next, without passing it.
pub(super) fn word<'a>(scanner: &Scanner<'a>) -> Option<&'a str> {
    let rest = scanner.rest();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// Parses a text, a number or a truth value, if one is next.
pub(super) fn literal(scanner: &mut Scanner<'_>) -> Result<Option<Value>, Fault> {
    match scanner.peek() {
        Some(quote @ ('"' | '\'')) => {
            let opened = scanner.place();
            scanner.next();
            quoted(scanner, quote, opened).map(|text| Some(Value::String(text)))
        }
        Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => number(scanner).map(Some),
        Some(c) if c.is_alphabetic() || c == '_' => match word(scanner) {
            Some("true") if scanner.eat("true") => Ok(Some(Value::Bool(true))),
            Some("false") if scanner.eat("false") => Ok(Some(Value::Bool(false))),
            Some(word) => {
                Err(scanner.fault(format!("{word:?} is no command; a member is .{word}")))
            }
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

fn number(scanner: &mut Scanner<'_>) -> Result<Value, Fault> {
    let place = scanner.place();
    let text = scanner.take_while(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let integer = text.parse::<i64>().ok().map(Number::from);
    let number = integer.or_else(|| Number::from_f64(text.parse().ok()?));
    number
        .map(Value::Number)
        .ok_or_else(|| Fault { what: format!("{text:?} is not a number"), place })
}

/// Parses the rest of a quoted text, with the escapes of Go.
fn quoted(scanner: &mut Scanner<'_>, quote: char, opened: Place) -> Result<String, Fault> {
    let mut text = String::new();
    while let Some(c) = scanner.next() {
        match c {
            '\\' => text.push(escaped(scanner)?),
            c if c == quote => return Ok(text),
            c => text.push(c),
        }
    }
    Err(Fault { what: format!("a text has no closing {quote}"), place: opened })
}

fn escaped(scanner: &mut Scanner<'_>) -> Result<char, Fault> {
    let place = scanner.place();
    let digits = |scanner: &mut Scanner<'_>, radix, first: Option<char>, count| {
        let mut number = first.and_then(|c| c.to_digit(radix)).unwrap_or(0);
        for _ in 0..count {
            let digit = scanner.next().and_then(|c| c.to_digit(radix))?;
            number = number.checked_mul(radix)?.checked_add(digit)?;
        }
        char::from_u32(number)
    };
    let next = scanner.next();
    let escaped = match next {
        Some('n') => Some('\n'),
        Some('t') => Some('\t'),
        Some('r') => Some('\r'),
        Some('a') => Some('\u{7}'),
        Some('b') => Some('\u{8}'),
        Some('f') => Some('\u{c}'),
        Some('v') => Some('\u{b}'),
        Some(c @ ('\\' | '"' | '\'')) => Some(c),
        Some('x') => digits(scanner, 16, None, 2),
        Some('u') => digits(scanner, 16, None, 4),
        Some('U') => digits(scanner, 16, None, 8),
        Some('0'..='7') => digits(scanner, 8, next, 2),
        _ => None,
    };
    let what = r#"after \ in a text stands n, t, r, \, ", ' or uXXXX"#;
    escaped.ok_or_else(|| Fault { what: what.to_owned(), place })
}
