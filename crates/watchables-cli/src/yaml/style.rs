//! Which quotes a text has.

use super::plain;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    /// The text itself, on lines of its own.
    Literal,
}

impl Style {
    /// Returns the style of a text: lines as lines, double quotes for what would not be read as a text, single ones for what
    /// would be syntax, and double ones again where the others would not keep all blanks and characters.
    pub(super) fn of(text: &str) -> Self {
        if text.contains('\n') {
            return if hides_blanks(text) || text.ends_with(' ') {
                Self::Double
            } else {
                Self::Literal
            };
        }
        if !plain::is_text(text) {
            return Self::Double;
        }
        if !is_syntax(text) && !text.contains(is_break) && !hides_blanks(text) {
            return Self::Plain;
        }
        let begins_line_with_space =
            text.chars().zip(text.chars().skip(1)).any(|(a, b)| is_break(a) && b == ' ');
        if hides_blanks(text) || begins_line_with_space { Self::Double } else { Self::Single }
    }
}

/// Whether a line ends in a space, or a character is none that is shown.
fn hides_blanks(text: &str) -> bool {
    let ends_line = |(a, b)| a == ' ' && is_break(b);
    text.chars().any(|c| !is_printable(c)) || text.chars().zip(text.chars().skip(1)).any(ends_line)
}

/// Whether a text without quotes would be something else, or lose its spaces at the ends.
fn is_syntax(text: &str) -> bool {
    let is_blank = |c: Option<char>| c.is_none_or(|c| c == ' ' || c == '\t');
    let mut chars = text.chars();
    let begins = match chars.next() {
        Some(
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`' | ' ',
        ) => true,
        Some('-' | '?' | ':') => is_blank(chars.next()),
        _ => false,
    };
    begins
        || text.starts_with("---")
        || text.starts_with("...")
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
}

/// Whether a character ends a line in YAML 1.1.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character needs no escape. Those beyond 16 bits have one, though YAML allows them.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != '\u{feff}'
}
