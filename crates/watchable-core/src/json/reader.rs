//! A position in a document, and the steps from one token to the next. Nothing here is generic.

mod values;

use super::field_table::FieldLookup;
use super::limits::MAX_DEPTH;
use super::managed_fields;
use super::skip;
use super::string;
use crate::decode_error::Error;

/// A position in a document.
pub(super) struct Reader<'de> {
    text: &'de str,
    pos: usize,
    depth: u8,
    /// The last string with escapes, unescaped.
    unescaped: String,
    /// The deepest level at which a key can lead to managed fields that are skipped; 0 if none are skipped.
    managed_fields_depth: u8,
    /// Whether the text was validated before.
    is_validated: bool,
    /// Whether the last key of the outermost object was `metadata`. Maintained only if managed fields are
    /// skipped.
    in_metadata: bool,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            text,
            pos: 0,
            depth: 0,
            unescaped: String::new(),
            managed_fields_depth: 0,
            is_validated: false,
            in_metadata: false,
        }
    }

    pub(super) fn without_managed_fields(text: &'de str) -> Self {
        Self { managed_fields_depth: 2, ..Self::new(text) }
    }

    pub(super) fn for_valid_json(text: &'de str) -> Self {
        Self { is_validated: true, ..Self::new(text) }
    }

    /// Returns whether the next key is that of managed fields which are skipped.
    #[inline]
    pub(super) fn skips_next_entry(&mut self) -> bool {
        self.depth <= self.managed_fields_depth && self.is_at_managed_fields()
    }

    fn is_at_managed_fields(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.pos..];
        match self.depth {
            1 => {
                self.in_metadata = rest.starts_with(managed_fields::METADATA.as_bytes());
                false
            }
            2 => self.in_metadata && rest.starts_with(managed_fields::MANAGED_FIELDS.as_bytes()),
            _ => false,
        }
    }

    /// Returns the text of the value that was just skipped, without its managed fields; `None` if it has
    /// none or they are kept.
    pub(super) fn strip_managed_fields(&self, raw: &str) -> Option<String> {
        if self.managed_fields_depth == 0 {
            return None;
        }
        match self.depth {
            0 => managed_fields::remove_member(
                raw,
                &[managed_fields::METADATA, managed_fields::MANAGED_FIELDS],
            ),
            1 if self.in_metadata => {
                managed_fields::remove_member(raw, &[managed_fields::MANAGED_FIELDS])
            }
            _ => None,
        }
    }

    /// Returns the first byte of the next token, or 0 (which starts no token) at the end of the text.
    #[inline]
    pub(super) fn peek(&mut self) -> u8 {
        match self.text.as_bytes().get(self.pos) {
            // Servers write no whitespace, which one comparison establishes.
            Some(byte) if *byte > b' ' => *byte,
            _ => self.peek_past_space(),
        }
    }

    #[cold]
    fn peek_past_space(&mut self) -> u8 {
        self.pos = skip::skip_space(self.text.as_bytes(), self.pos);
        self.text.as_bytes().get(self.pos).copied().unwrap_or(0)
    }

    /// Checks that only whitespace is left.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            0 if self.pos == self.text.len() => Ok(()),
            _ => Err(Error::syntax("more text after the end of the document", self.pos)),
        }
    }

    /// Enters the object or list whose opening bracket is next. Returns the depth outside it.
    pub(super) fn open(&mut self) -> Result<u8, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::syntax("nested too deeply", self.pos));
        }
        self.pos += 1;
        self.depth += 1;
        Ok(self.depth - 1)
    }

    /// Leaves the object or list that was entered at this depth; an error if it has entries left.
    #[inline]
    pub(super) fn close(&mut self, outer_depth: u8) -> Result<(), Error> {
        if self.depth == outer_depth {
            return Ok(());
        }
        match self.peek() {
            b'}' | b']' if self.depth == outer_depth + 1 => {
                self.pos += 1;
                self.depth = outer_depth;
                Ok(())
            }
            _ => Err(Error::syntax("more entries than were expected", self.pos)),
        }
    }

    /// Leaves an object or list if its closing bracket is the next byte.
    #[inline]
    pub(super) fn try_close(&mut self, close: u8) -> bool {
        let is_end = self.text.as_bytes().get(self.pos) == Some(&close);
        if is_end {
            self.pos += 1;
            self.depth -= 1;
        }
        is_end
    }

    /// Moves to the next entry. Returns `false` after the last one, once the closing bracket is read.
    #[inline]
    pub(super) fn next_entry(&mut self, first: &mut bool, close: u8) -> Result<bool, Error> {
        let next = self.peek();
        if next == close {
            self.pos += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if std::mem::take(first) {
            return Ok(true);
        }
        if next != b',' {
            return Err(self.unexpected(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" }));
        }
        self.pos += 1;
        if self.peek() == close {
            return Err(self.unexpected("another entry after `,`"));
        }
        Ok(true)
    }

    /// Moves past the key and colon of an object's next entry, and returns the key.
    ///
    /// The fast path, for text in the form that servers write. Anything else returns `None` and changes
    /// nothing; [`Self::next_entry`] then reads it token by token.
    #[inline]
    pub(super) fn next_plain_key(
        &mut self,
        first: &mut bool,
        key_start: &mut usize,
    ) -> Option<&'de str> {
        let bytes = self.text.as_bytes();
        let at = self.next_key_at(*first)?;
        let end = string::plain_end(bytes, at + 1);
        if !bytes.get(end..)?.starts_with(b"\":") {
            return None;
        }
        *first = false;
        *key_start = at;
        self.pos = end + 2;
        Some(&self.text[at + 1..end])
    }

    /// Like [`Self::next_plain_key`], if the key is a known field. Returns the field's index.
    #[allow(clippy::inline_always, reason = "called in one place, for every field")]
    #[inline(always)]
    pub(super) fn next_field(
        &mut self,
        fields: FieldLookup<'_>,
        first: &mut bool,
        key_start: &mut usize,
    ) -> Option<usize> {
        let at = self.next_key_at(*first)?;
        let (index, length) = fields.match_key(self.text.as_bytes().get(at + 1..)?)?;
        *first = false;
        *key_start = at;
        self.pos = at + length + 3;
        Some(index)
    }

    /// Returns the position of the next entry's key, if no whitespace precedes it and its entry cannot be
    /// one that is skipped.
    #[allow(clippy::inline_always, reason = "its callers are on the hot path")]
    #[inline(always)]
    fn next_key_at(&mut self, first: bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let at = match (bytes.get(self.pos)?, first) {
            (b'"', true) => self.pos,
            (b',', false) if bytes.get(self.pos + 1) == Some(&b'"') => self.pos + 1,
            _ => return None,
        };
        if self.depth <= self.managed_fields_depth {
            // Both `metadata` and `managedFields` start with it.
            if bytes.get(at + 1) == Some(&b'm') {
                return None;
            }
            self.in_metadata &= self.depth != 1;
        }
        Some(at)
    }
}
