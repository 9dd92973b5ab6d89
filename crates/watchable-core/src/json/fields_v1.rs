//! Skips and validates the field sets of managed fields (`FieldsV1`), which make up half of many objects.
//!
//! They are nested objects and nothing else, a part of JSON so simple that 64 bytes are validated at once.
//! Any other text is left to [`skip`](super::skip), which takes several times as long.

#![allow(clippy::inline_always, reason = "without inlining it is compiled for the baseline CPU")]

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, Block, IS_UNOPTIMIZED, string_mask};
use super::byte_masks::ByteMasks;

/// The start of a field set (Kubernetes API concepts, "Server-side apply", `FieldsV1`).
pub(super) const START: &[u8] = b"{\"f:";

/// Returns the end of the object that starts at `at`, if it holds only nested objects, has no whitespace, at
/// most `depth` levels, and no escape other than `\"`. Such an object is valid JSON; `None` means that it has
/// to be validated by other means.
pub(super) fn skip_object(bytes: &[u8], at: usize, depth: u8) -> Option<usize> {
    if IS_UNOPTIMIZED {
        return skip_by(bytes, at, depth, ByteMasks::one_by_one);
    }
    dispatch!(Level::new(), simd => skip_at_level(simd, bytes, at, depth))
}

#[inline(always)]
fn skip_at_level<S: Simd>(simd: S, bytes: &[u8], at: usize, depth: u8) -> Option<usize> {
    skip_by(bytes, at, depth, |text| ByteMasks::of(Block::load_padded(simd, text)))
}

/// Finds the end, given how the positions of bytes in a block are found.
#[inline(always)]
fn skip_by(
    bytes: &[u8],
    at: usize,
    depth: u8,
    masks_of: impl Fn(&[u8]) -> ByteMasks,
) -> Option<usize> {
    // The object is where an entry's value would be: after a colon.
    let mut previous = Masks { colons: LAST, ..Masks::default() };
    let mut level = 0;
    let mut start = at;
    loop {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let bytes = masks_of(rest);
        let masks = Masks::of(&bytes, &previous);
        let (opening, closing) = (masks.opening.count_ones(), masks.closing.count_ones());
        let end = if level > closing { None } else { masks.end(level) };
        let invalid = masks.invalid(&bytes, &previous);
        // Bytes after the end do not belong to the object.
        let own = end.map_or(!0, |end| !0 >> (63 - end));
        if invalid & own != 0 || level + opening > u32::from(depth) {
            return None;
        }
        if let Some(end) = end {
            return Some(start + end as usize + 1);
        }
        level = level + opening - closing;
        previous = masks;
        start += BLOCK;
    }
}

/// The bit of a block's last byte.
const LAST: u64 = 1 << 63;

/// The positions of tokens in a block. Brackets, commas and colons are those outside of strings.
#[derive(Default)]
struct Masks {
    /// Bytes after a backslash.
    escaped: u64,
    backslashes: u64,
    /// Bytes in strings, including the opening quotes.
    in_strings: u64,
    opening_quotes: u64,
    closing_quotes: u64,
    opening: u64,
    closing: u64,
    commas: u64,
    colons: u64,
}

impl Masks {
    #[inline(always)]
    fn of(bytes: &ByteMasks, previous: &Self) -> Self {
        let escaped = after(bytes.backslashes, previous.backslashes);
        let quotes = bytes.quotes & !escaped;
        let starts_in_string = 0_u64.wrapping_sub((previous.in_strings & LAST) >> 63);
        let in_strings = string_mask(quotes) ^ starts_in_string;
        let outside = !in_strings & !quotes;
        Self {
            escaped,
            backslashes: bytes.backslashes,
            in_strings,
            opening_quotes: quotes & in_strings,
            closing_quotes: quotes & !in_strings,
            opening: bytes.opening & outside,
            closing: bytes.closing & outside,
            commas: bytes.commas & outside,
            colons: bytes.colons & outside,
        }
    }

    /// Returns the position of the bracket that closes the outermost object, given how many are open before
    /// the block.
    #[inline(always)]
    fn end(&self, mut level: u32) -> Option<u32> {
        let mut brackets = self.opening | self.closing;
        while brackets != 0 {
            let bracket = brackets & brackets.wrapping_neg();
            brackets ^= bracket;
            if self.opening & bracket != 0 {
                level += 1;
            } else if level <= 1 {
                return Some(bracket.trailing_zeros());
            } else {
                level -= 1;
            }
        }
        None
    }

    /// Returns the bytes that are invalid at their position. Each depends only on the byte before it: given
    /// balanced brackets, that is all that makes the text an object.
    #[inline(always)]
    fn invalid(&self, bytes: &ByteMasks, previous: &Self) -> u64 {
        let after_opening = after(self.opening, previous.opening);
        let after_closing = after(self.closing, previous.closing);
        let after_comma = after(self.commas, previous.commas);
        let tokens = self.in_strings
            | self.closing_quotes
            | self.opening
            | self.closing
            | self.commas
            | self.colons;
        !tokens
            | (self.in_strings & bytes.controls)
            // The only escape is `\"`, so a backslash is never escaped.
            | (self.escaped & !bytes.quotes)
            // A colon follows each key, and an object each colon.
            | (self.colons ^ after(self.closing_quotes, previous.closing_quotes))
            | (self.opening ^ after(self.colons, previous.colons))
            | (self.opening_quotes & !(after_opening | after_comma))
            | (self.closing & !(after_opening | after_closing))
            | (self.commas & !after_closing)
    }
}

/// Shifts a mask to the following bytes, carrying over from the previous block.
#[inline(always)]
fn after(mask: u64, previous: u64) -> u64 {
    (mask << 1) | (previous >> 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::limits::MAX_DEPTH;
    use crate::json::skip;

    const FIELDS: &str = r#"{"f:metadata":{"f:annotations":{".":{},"f:a/b":{}},"f:ownerReferences":{"k:{\"uid\":\"5b1c1f0e\"}":{}},"f:labels":{"f:{}":{},"f:,":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"ü-✓\"}":{".":{},"f:args":{}}}},"":{}}"#;

    /// Skips an object at the CPU's level and byte by byte, with the same result.
    fn skip_object(bytes: &[u8], at: usize, depth: u8) -> Option<usize> {
        let end = dispatch!(Level::new(), simd => skip_at_level(simd, bytes, at, depth));
        assert_eq!(skip_by(bytes, at, depth, ByteMasks::one_by_one), end);
        assert_eq!(super::skip_object(bytes, at, depth), end);
        end
    }

    fn both(text: &str, at: usize) -> (Option<usize>, Option<usize>) {
        let bytes = text.as_bytes();
        (skip_object(bytes, at, MAX_DEPTH), skip::skip_value(bytes, at, MAX_DEPTH).ok())
    }

    #[test]
    fn finds_the_end_at_every_block_offset() {
        for fields in [FIELDS, "{}", r#"{"f:a":{}}"#] {
            for before in 0..BLOCK {
                for after in ["", "}", "]", r#"},{"a":[1,"\n"]}"#, ",\"\\u0000\"", " \\\\\"\u{1}"] {
                    let text = format!("{}{fields}{after}", " ".repeat(before));
                    assert_eq!(
                        skip_object(text.as_bytes(), before, MAX_DEPTH),
                        Some(before + fields.len()),
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn accepts_only_what_the_general_skip_accepts() {
        let others = ['"', '\\', '{', '}', ':', ',', '[', ']', ' ', 'a', '1', '\n', '\u{1}'];
        let (mut accepted, mut left) = (0, 0);
        for before in [0, 1, 17, 40, 62, 63] {
            let padding = " ".repeat(before);
            for (at, old) in FIELDS.char_indices() {
                let (head, tail) = (&FIELDS[..at], &FIELDS[at + old.len_utf8()..]);
                let without = format!("{padding}{head}{tail}");
                let truncated = format!("{padding}{head}");
                let changed = others.map(|other| format!("{padding}{head}{other}{tail}"));
                let added = others.map(|other| format!("{padding}{head}{other}{old}{tail}"));
                for text in [without, truncated].iter().chain(&changed).chain(&added) {
                    match both(text, before) {
                        (Some(quick), slow) => {
                            assert_eq!(Some(quick), slow, "{text}");
                            accepted += 1;
                        }
                        (None, _) => left += 1,
                    }
                }
            }
        }
        assert!(accepted > 1000 && left > 1000, "{accepted} accepted, {left} left to `skip`");
    }

    #[test]
    fn other_values_are_left_to_the_general_skip() {
        for text in [
            "",
            "[]",
            "1",
            r#"{"a":1}"#,
            r#"{"a":[]}"#,
            r#"{ "a":{}}"#,
            r#"{"\n":{}}"#,
            r#"{"\\":{}}"#,
        ] {
            assert_eq!(skip_object(text.as_bytes(), 0, MAX_DEPTH), None, "{text}");
        }
    }

    #[test]
    fn nesting_deeper_than_allowed_is_left_to_the_general_skip() {
        for (levels, depth) in [(1, 1), (40, 40), (127, 127)] {
            let text = format!("{}{{}}{}", r#"{"f:a":"#.repeat(levels - 1), "}".repeat(levels - 1));
            assert_eq!(skip_object(text.as_bytes(), 0, depth), Some(text.len()));
            assert_eq!(skip_object(text.as_bytes(), 0, depth - 1), None);
        }
    }
}
