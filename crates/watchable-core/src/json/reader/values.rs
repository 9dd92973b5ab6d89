//! The reader's steps over values: strings, numbers, literals, and values that are skipped.

use serde::de::{Error as _, Expected, Unexpected};

use super::Reader;
use crate::decode_error::Error;
use crate::json::fields_v1;
use crate::json::limits::MAX_DEPTH;
use crate::json::number::{self, Number};
use crate::json::skip::{self, SkipError};
use crate::json::skip_balanced;
use crate::json::string::{self, Text};

impl<'de> Reader<'de> {
    /// Reads a key of an object.
    #[inline]
    pub(in crate::json) fn key(&mut self) -> Result<Text<'de, '_>, Error> {
        if self.peek() != b'"' {
            return Err(self.unexpected("a key in quotes"));
        }
        self.string()
    }

    #[inline]
    pub(in crate::json) fn colon(&mut self) -> Result<(), Error> {
        if self.peek() != b':' {
            return Err(self.unexpected("`:`"));
        }
        self.pos += 1;
        Ok(())
    }

    /// Reads a string; the opening quote is the next byte.
    #[allow(clippy::inline_always, reason = "for the sake of `plain_string`")]
    #[inline(always)]
    pub(in crate::json) fn string(&mut self) -> Result<Text<'de, '_>, Error> {
        match self.plain_string() {
            Some(text) => Ok(Text::Borrowed(text)),
            None => self.unescaped_string().map(Text::Unescaped),
        }
    }

    /// Reads a string, whose opening quote is the next byte, if it can be borrowed from the text.
    #[allow(clippy::inline_always, reason = "most values are short strings without escapes")]
    #[inline(always)]
    fn plain_string(&mut self) -> Option<&'de str> {
        let start = self.pos + 1;
        let end = string::plain_end(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        self.pos = end + 1;
        Some(&self.text[start..end])
    }

    #[cold]
    fn unescaped_string(&mut self) -> Result<&str, Error> {
        self.pos = string::unescape(self.text, self.pos + 1, &mut self.unescaped)?;
        Ok(&self.unescaped)
    }

    /// Reads a number; its first byte is the next one.
    pub(in crate::json) fn number(&mut self) -> Result<Number, Error> {
        let bytes = self.text.as_bytes();
        // Nearly all are short and unsigned.
        let mut value: u32 = 0;
        let mut end = self.pos;
        while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
            if end - self.pos == 9 {
                break;
            }
            value = value * 10 + u32::from(digit - b'0');
            end += 1;
        }
        let plain = !matches!(bytes.get(end), Some(b'0'..=b'9' | b'.' | b'e' | b'E'));
        if plain && end > self.pos && (bytes[self.pos] != b'0' || end == self.pos + 1) {
            self.pos = end;
            return Ok(Number::Unsigned(value.into()));
        }
        let start = self.pos;
        let (end, is_integer) =
            number::scan(bytes, start).ok_or_else(|| self.unexpected("a number"))?;
        self.pos = end;
        number::parse(&self.text[start..end], is_integer)
            .ok_or_else(|| Error::syntax("a number out of range", start))
    }

    /// Reads this literal: `true`, `false` or `null`.
    pub(in crate::json) fn literal(&mut self, word: &'static str) -> Result<(), Error> {
        if !self.text.as_bytes()[self.pos..].starts_with(word.as_bytes()) {
            return Err(self.unexpected("a value"));
        }
        self.pos += word.len();
        Ok(())
    }

    /// Skips a value after validating it as JSON, and returns its text.
    pub(in crate::json) fn skip(&mut self) -> Result<&'de str, Error> {
        let text = self.text;
        if text.as_bytes()[self.pos..].starts_with(fields_v1::START)
            && let Some(end) =
                fields_v1::skip_object(text.as_bytes(), self.pos, MAX_DEPTH - self.depth)
        {
            return Ok(&text[std::mem::replace(&mut self.pos, end)..end]);
        }
        self.skip_with(if self.is_validated { skip_balanced::skip_value } else { skip::skip_value })
    }

    /// Skips a value that no one will see: only its strings and brackets are checked.
    pub(in crate::json) fn skip_unseen(&mut self) -> Result<(), Error> {
        self.skip_with(skip_balanced::skip_value).map(|_| ())
    }

    fn skip_with(
        &mut self,
        skip_value: fn(&[u8], usize, u8) -> Result<usize, SkipError>,
    ) -> Result<&'de str, Error> {
        self.peek();
        let start = self.pos;
        match skip_value(self.text.as_bytes(), start, MAX_DEPTH - self.depth) {
            Ok(end) => {
                self.pos = end;
                Ok(&self.text[start..end])
            }
            Err(SkipError { expected, at }) => {
                self.pos = at;
                Err(self.unexpected(expected.text()))
            }
        }
    }

    /// Returns the reader's position, for [`Self::key_text`].
    #[inline]
    pub(in crate::json) fn position(&self) -> usize {
        self.pos
    }

    /// Returns the key at a position, with its quotes.
    #[cold]
    pub(in crate::json) fn key_text(&self, start: usize) -> &'de str {
        let end = skip::skip_string(self.text.as_bytes(), start);
        &self.text[start..end.unwrap_or(start)]
    }

    /// Returns the error for a value of another type than the expected one.
    #[cold]
    pub(in crate::json) fn mismatch(&mut self, expected: &dyn Expected) -> Error {
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
            _ => Err(self.unexpected("a value")),
        };
        read.map_or_else(|error| error, |found| Error::invalid_type(found, expected))
    }

    /// Returns the error for text that is not JSON.
    #[cold]
    pub(in crate::json) fn unexpected(&self, expected: &str) -> Error {
        match self.text[self.pos..].chars().next() {
            Some(found) => {
                Error::new(format!("expected {expected} at byte {}, found {found:?}", self.pos))
            }
            None => Error::new(format!("the text ends where {expected} was expected")),
        }
    }
}
