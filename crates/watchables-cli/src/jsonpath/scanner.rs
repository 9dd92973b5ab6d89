//! Reads a template character by character, and names places in it.

use std::fmt;

/// What is wrong with a template, or with an object for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(super) what: String,
    pub(super) place: Place,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what, self.place.0)
    }
}

/// A place in a template, for errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place(String);

/// How much of a template an error quotes.
const QUOTED: usize = 24;

pub(super) struct Scanner<'a> {
    text: &'a str,
    /// In bytes.
    position: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.position += next.len_utf8();
        Some(next)
    }

    /// Passes a text if it is next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.position += text.len();
        }
        is_next
    }

    /// Passes and returns all characters up to the first that does not match.
    pub(super) fn take_while(&mut self, matches: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !matches(c)).unwrap_or(rest.len());
        self.position += end;
        &rest[..end]
    }

    pub(super) fn skip_whitespace(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Returns the present place.
    pub(super) fn place(&self) -> Place {
        let (before, rest) = self.text.split_at(self.position);
        let at = before.chars().count() + 1;
        Place(match rest.char_indices().nth(QUOTED) {
            _ if rest.is_empty() => "at the end of the template".to_owned(),
            None => format!("at character {at}: {rest:?}"),
            Some((end, _)) => format!("at character {at}: {:?}…", &rest[..end]),
        })
    }

    /// Returns a fault at the present place.
    pub(super) fn fault(&self, what: impl Into<String>) -> Fault {
        Fault { what: what.into(), place: self.place() }
    }
}
