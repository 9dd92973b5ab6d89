//! A place in a document, and the steps that can be taken from it. None of it is generic.

use serde::de::{Error as _, Expected, Unexpected};

use super::error::Error;
use super::fields;
use super::leap;
use super::managed;
use super::number::{self, Number};
use super::skip::{self, Wrong};
use super::table::Fields;
use super::text::{self, Text};

/// Deeper documents are refused: each level takes stack.
pub(super) const MAX_DEPTH: u8 = 127;

/// A place in a document.
pub(super) struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: u8,
    /// What the last string with escapes stands for.
    unescaped: String,
    /// How deep keys are that may lead to what is passed over; 0 where nothing is.
    drops_down_to: u8,
    /// Whether the text is known to be JSON.
    is_checked: bool,
    /// Whether the last key of the document's own object was `metadata`; only kept where that counts.
    in_metadata: bool,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            unescaped: String::new(),
            drops_down_to: 0,
            is_checked: false,
            in_metadata: false,
        }
    }

    pub(super) fn without_managed_fields(text: &'de str) -> Self {
        Self { drops_down_to: 2, ..Self::new(text) }
    }

    pub(super) fn of_checked(text: &'de str) -> Self {
        Self { is_checked: true, ..Self::new(text) }
    }

    /// Whether the key that comes next, at this place, is one whose entry is passed over.
    #[inline]
    pub(super) fn drops_next(&mut self) -> bool {
        self.depth <= self.drops_down_to && self.is_managed_fields()
    }

    fn is_managed_fields(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        match self.depth {
            1 => {
                self.in_metadata = rest.starts_with(managed::METADATA.as_bytes());
                false
            }
            2 => self.in_metadata && rest.starts_with(managed::MANAGED_FIELDS.as_bytes()),
            _ => false,
        }
    }

    /// The text of a value that was just passed over, without what is dropped; `None` where it is as
    /// it was.
    pub(super) fn less(&self, raw: &str) -> Option<String> {
        if self.drops_down_to == 0 {
            return None;
        }
        match self.depth {
            0 => managed::cut(raw, &[managed::METADATA, managed::MANAGED_FIELDS]),
            1 if self.in_metadata => managed::cut(raw, &[managed::MANAGED_FIELDS]),
            _ => None,
        }
    }

    /// The first byte of what comes next; 0, which nothing begins with, at the end.
    #[inline]
    pub(super) fn peek(&mut self) -> u8 {
        match self.text.as_bytes().get(self.at) {
            // A server writes no white space: one comparison says so.
            Some(byte) if *byte > b' ' => *byte,
            _ => self.peek_past_space(),
        }
    }

    #[cold]
    fn peek_past_space(&mut self) -> u8 {
        self.at = skip::space(self.text.as_bytes(), self.at);
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// There must be nothing left but white space.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            0 if self.at == self.text.len() => Ok(()),
            _ => Err(Error::syntax("more text after the end of the document", self.at)),
        }
    }

    /// Begins an object or list, whose opening bracket comes next. Gives the depth outside of it.
    pub(super) fn open(&mut self) -> Result<u8, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::syntax("nested too deeply", self.at));
        }
        self.at += 1;
        self.depth += 1;
        Ok(self.depth - 1)
    }

    /// Makes sure that what was begun at this depth has been read to its end.
    #[inline]
    pub(super) fn closed(&mut self, outside: u8) -> Result<(), Error> {
        if self.depth == outside {
            return Ok(());
        }
        match self.peek() {
            b'}' | b']' if self.depth == outside + 1 => {
                self.at += 1;
                self.depth = outside;
                Ok(())
            }
            _ => Err(Error::syntax("more entries than were expected", self.at)),
        }
    }

    /// Steps out of what ends at this very place.
    #[inline]
    pub(super) fn ends(&mut self, close: u8) -> bool {
        let ends = self.text.as_bytes().get(self.at) == Some(&close);
        if ends {
            self.at += 1;
            self.depth -= 1;
        }
        ends
    }

    /// Steps to the next entry; `false` after the last, when the closing bracket has been read.
    #[inline]
    pub(super) fn next_entry(&mut self, first: &mut bool, close: u8) -> Result<bool, Error> {
        let next = self.peek();
        if next == close {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if std::mem::take(first) {
            return Ok(true);
        }
        if next != b',' {
            return Err(self.wrong(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" }));
        }
        self.at += 1;
        if self.peek() == close {
            return Err(self.wrong("another entry after `,`"));
        }
        Ok(true)
    }

    /// Steps to an object's next entry and past its key and colon, notes where the key was, and gives
    /// it: where all of it is as a server writes it. Otherwise it does nothing, and [`Self::next_entry`]
    /// does it step by step.
    #[inline]
    pub(super) fn next_plain_key(
        &mut self,
        first: &mut bool,
        key_at: &mut usize,
    ) -> Option<&'de str> {
        let bytes = self.text.as_bytes();
        let at = self.next_key_at(*first)?;
        let end = text::plain_until(bytes, at + 1);
        if !bytes.get(end..)?.starts_with(b"\":") {
            return None;
        }
        *first = false;
        *key_at = at;
        self.at = end + 2;
        Some(&self.text[at + 1..end])
    }

    /// The same, where the key is the name of a field: it gives the field's number.
    #[allow(clippy::inline_always, reason = "it is called in one place, for every field")]
    #[inline(always)]
    pub(super) fn next_field(
        &mut self,
        fields: Fields<'_>,
        first: &mut bool,
        key_at: &mut usize,
    ) -> Option<usize> {
        let at = self.next_key_at(*first)?;
        let (number, length) = fields.at_start(self.text.as_bytes().get(at + 1..)?)?;
        *first = false;
        *key_at = at;
        self.at = at + length + 3;
        Some(number)
    }

    /// Where the next entry's key is, if it is plain to see and cannot be one that is dropped.
    #[allow(clippy::inline_always, reason = "as of those that call it")]
    #[inline(always)]
    fn next_key_at(&mut self, first: bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let at = match (bytes.get(self.at)?, first) {
            (b'"', true) => self.at,
            (b',', false) if bytes.get(self.at + 1) == Some(&b'"') => self.at + 1,
            _ => return None,
        };
        if self.depth <= self.drops_down_to {
            // Both keys that count begin with it.
            if bytes.get(at + 1) == Some(&b'm') {
                return None;
            }
            self.in_metadata &= self.depth != 1;
        }
        Some(at)
    }

    /// Reads an object's key.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Text<'de, '_>, Error> {
        if self.peek() != b'"' {
            return Err(self.wrong("a key in quotes"));
        }
        self.string()
    }

    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), Error> {
        if self.peek() != b':' {
            return Err(self.wrong("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a string, whose opening quote comes next.
    #[allow(clippy::inline_always, reason = "as of the next one")]
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<Text<'de, '_>, Error> {
        match self.plain_string() {
            Some(text) => Ok(Text::Borrowed(text)),
            None => self.unescaped_string().map(Text::Unescaped),
        }
    }

    /// Reads a string, whose opening quote comes next, if it can be had as it stands there.
    #[allow(clippy::inline_always, reason = "most of what is decoded is strings, short and plain")]
    #[inline(always)]
    fn plain_string(&mut self) -> Option<&'de str> {
        let start = self.at + 1;
        let end = text::plain_until(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        Some(&self.text[start..end])
    }

    #[cold]
    fn unescaped_string(&mut self) -> Result<&str, Error> {
        self.at = text::unescape(self.text, self.at + 1, &mut self.unescaped)?;
        Ok(&self.unescaped)
    }

    /// Reads a number, whose first byte comes next.
    pub(super) fn number(&mut self) -> Result<Number, Error> {
        let bytes = self.text.as_bytes();
        // Nearly all are short and plain.
        let mut value: u32 = 0;
        let mut end = self.at;
        while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
            if end - self.at == 9 {
                break;
            }
            value = value * 10 + u32::from(digit - b'0');
            end += 1;
        }
        let plain = !matches!(bytes.get(end), Some(b'0'..=b'9' | b'.' | b'e' | b'E'));
        if plain && end > self.at && (bytes[self.at] != b'0' || end == self.at + 1) {
            self.at = end;
            return Ok(Number::Unsigned(value.into()));
        }
        let start = self.at;
        let (end, is_whole) = number::extent(bytes, start).ok_or_else(|| self.wrong("a number"))?;
        self.at = end;
        number::value(&self.text[start..end], is_whole)
            .ok_or_else(|| Error::syntax("a number out of range", start))
    }

    /// Reads `true`, `false` or `null`, as asked.
    pub(super) fn literal(&mut self, word: &'static str) -> Result<(), Error> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.wrong("a value"));
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes over a value, checking that it is JSON, and gives its text.
    pub(super) fn skip(&mut self) -> Result<&'de str, Error> {
        let text = self.text;
        if text.as_bytes()[self.at..].starts_with(fields::START)
            && let Some(end) = fields::end(text.as_bytes(), self.at, MAX_DEPTH - self.depth)
        {
            return Ok(&text[std::mem::replace(&mut self.at, end)..end]);
        }
        self.passed_over(if self.is_checked { leap::leap } else { skip::skip })
    }

    /// Leaps over a value that nobody will see.
    pub(super) fn leap(&mut self) -> Result<(), Error> {
        self.passed_over(leap::leap).map(|_| ())
    }

    fn passed_over(
        &mut self,
        end: fn(&[u8], usize, u8) -> Result<usize, Wrong>,
    ) -> Result<&'de str, Error> {
        self.peek();
        let start = self.at;
        match end(self.text.as_bytes(), start, MAX_DEPTH - self.depth) {
            Ok(end) => {
                self.at = end;
                Ok(&self.text[start..end])
            }
            Err(Wrong { expected, at }) => {
                self.at = at;
                Err(self.wrong(expected.text()))
            }
        }
    }

    /// Where the reader stands, for [`Self::key_at`].
    #[inline]
    pub(super) fn mark(&self) -> usize {
        self.at
    }

    /// The key that was read at a mark, in its quotes.
    #[cold]
    pub(super) fn key_at(&self, mark: usize) -> &'de str {
        let end = skip::string(self.text.as_bytes(), mark);
        &self.text[mark..end.unwrap_or(mark)]
    }

    /// Another kind of value was expected than the one that comes next.
    #[cold]
    pub(super) fn mismatch(&mut self, expected: &dyn Expected) -> Error {
        let read = match self.peek() {
            b'{' => Ok(Unexpected::Map),
            b'[' => Ok(Unexpected::Seq),
            b't' => self.literal("true").map(|()| Unexpected::Bool(true)),
            b'f' => self.literal("false").map(|()| Unexpected::Bool(false)),
            b'n' => self.literal("null").map(|()| Unexpected::Unit),
            b'-' | b'0'..=b'9' => self.number().map(Number::unexpected),
            b'"' => {
                return match self.string() {
                    Ok(Text::Borrowed(text) | Text::Unescaped(text)) => {
                        Error::invalid_type(Unexpected::Str(text), expected)
                    }
                    Err(error) => error,
                };
            }
            _ => Err(self.wrong("a value")),
        };
        read.map_or_else(|error| error, |found| Error::invalid_type(found, expected))
    }

    /// What comes next is not JSON.
    #[cold]
    pub(super) fn wrong(&self, expected: &str) -> Error {
        match self.text[self.at..].chars().next() {
            Some(found) => {
                Error::new(format!("expected {expected} at byte {}, found {found:?}", self.at))
            }
            None => Error::new(format!("the text ends where {expected} was expected")),
        }
    }
}
