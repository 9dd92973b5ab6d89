//! Parses templates: text, and what is in braces.

use serde_json::{Number, Value};

use super::path;
use super::scanner::{Fault, Place, Scanner};
use super::template::{Part, Path};

/// How deep ranges and filters may be within each other.
pub(super) const MAX_DEPTH: usize = 32;

pub(super) fn template(text: &str) -> Result<Vec<Part>, Fault> {
    let mut scanner = Scanner::new(text);
    parts(&mut scanner, 0)
}

/// Parses a path with or without braces, and with or without its first `.`.
pub(super) fn relaxed_path(text: &str) -> Result<Path, Fault> {
    let mut scanner = Scanner::new(text);
    scanner.skip_whitespace();
    let opened = scanner.place();
    let is_braced = scanner.eat("{");
    scanner.skip_whitespace();
    let path = path::relaxed(&mut scanner)?;
    if path.0.is_empty() && !text.contains(['@', '$']) {
        return Err(scanner.fault("a path is missing, such as .metadata.name"));
    }
    if is_braced {
        close(&mut scanner, opened)?;
    }
    scanner.skip_whitespace();
    match scanner.peek() {
        None => Ok(path),
        Some(other) => {
            Err(scanner.fault(format!("{other:?} is not part of a path, such as .metadata.name")))
        }
    }
}

/// Parses up to the end or, within a range, up to its `{end}`.
fn parts(scanner: &mut Scanner<'_>, depth: usize) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    loop {
        let text = scanner.take_while(|c| c != '{');
        if !text.is_empty() {
            parts.push(Part::Text(text.to_owned()));
        }
        let opened = scanner.place();
        if !scanner.eat("{") {
            return Ok(parts);
        }
        scanner.skip_whitespace();
        let word = word(scanner);
        if word == Some("end") {
            if depth == 0 {
                return Err(scanner.fault("there is no range that {end} could end"));
            }
            scanner.eat("end");
            close(scanner, opened)?;
            return Ok(parts);
        }
        if word == Some("range") {
            scanner.eat("range");
            if depth == MAX_DEPTH {
                return Err(scanner.fault("ranges are too deep within each other"));
            }
            scanner.skip_whitespace();
            let path = path::steps(scanner, 0)?;
            close(scanner, opened)?;
            parts.push(Part::Range(path, self::parts(scanner, depth + 1)?));
            continue;
        }
        let part = match literal(scanner)? {
            Some(value) => Part::Literal(value),
            None => Part::Path(path::steps(scanner, 0)?),
        };
        close(scanner, opened)?;
        parts.push(part);
    }
}

fn close(scanner: &mut Scanner<'_>, opened: Place) -> Result<(), Fault> {
    scanner.skip_whitespace();
    if scanner.eat("}") {
        return Ok(());
    }
    match scanner.peek() {
        None => Err(Fault { what: "a { has no }".to_owned(), place: opened }),
        Some(_) if scanner.rest().starts_with(['.', '"', '\'', '@', '$']) => {
            Err(scanner.fault("only one path or text can be in a pair of braces"))
        }
        Some(other) => Err(scanner.fault(format!("expected }}, not {other:?}"))),
    }
}

/// Returns the word that is next, without passing it.
fn word<'a>(scanner: &Scanner<'a>) -> Option<&'a str> {
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
