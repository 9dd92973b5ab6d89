//! Parses templates: text, and what is in braces.

use super::literal::{literal, word};
use super::path;
use super::scanner::{Fault, Place, Scanner};
use super::template::{MAX_DEPTH, Part, Path};

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
