//! Passing over managed fields, which are half of many objects: objects in objects, and nothing else.
//!
//! That is so plain a part of JSON that sixty-four bytes can be checked at once. Whatever is not plain to see is
//! left to [`skip`](super::skip::skip), which takes several times as long.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest machines")]

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, Block, strings_in};

/// How a set of fields begins (Kubernetes API concepts, "Server-side apply", `FieldsV1`).
pub(super) const START: &[u8] = b"{\"f:";

/// Where the object that begins at `at` ends, if its values are objects, and theirs too, and all of it
/// is written without spaces, with at most `depth` levels, and no escape but that of a quote. All of it is checked
/// to be JSON.
pub(super) fn end(bytes: &[u8], at: usize, depth: u8) -> Option<usize> {
    dispatch!(Level::new(), simd => end_at_level(simd, bytes, at, depth))
}

#[inline(always)]
fn end_at_level<S: Simd>(simd: S, bytes: &[u8], at: usize, depth: u8) -> Option<usize> {
    // The object's own place is that of an entry's value.
    let mut before = Marks { colons: LAST, ..Marks::default() };
    let mut level = 0;
    let mut start = at;
    loop {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let bytes = Bytes::of(Block::starting(simd, rest));
        let marks = Marks::of(&bytes, &before);
        let (opening, closing) = (marks.opening.count_ones(), marks.closing.count_ones());
        let end = if level > closing { None } else { marks.end(level) };
        let wrong = marks.wrong(&bytes, &before);
        // What comes after the end is none of its own.
        let own = end.map_or(!0, |end| !0 >> (63 - end));
        if wrong & own != 0 || level + opening > u32::from(depth) {
            return None;
        }
        if let Some(end) = end {
            return Some(start + end as usize + 1);
        }
        level = level + opening - closing;
        before = marks;
        start += BLOCK;
    }
}

/// The bit of a block's last byte.
const LAST: u64 = 1 << 63;

/// A bit for each byte of a block that is one of these, wherever it stands; the first byte's is the lowest.
struct Bytes {
    quotes: u64,
    backslashes: u64,
    controls: u64,
    opening: u64,
    closing: u64,
    commas: u64,
    colons: u64,
}

impl Bytes {
    #[inline(always)]
    fn of<S: Simd>(block: Block<S>) -> Self {
        Self {
            quotes: block.those(b'"'),
            backslashes: block.those(b'\\'),
            controls: block.controls(),
            opening: block.those(b'{'),
            closing: block.those(b'}'),
            commas: block.those(b','),
            colons: block.those(b':'),
        }
    }
}

/// The same for what these bytes mean where they stand.
#[derive(Default)]
struct Marks {
    /// Those that stand behind a backslash.
    escaped: u64,
    backslashes: u64,
    /// Those in strings, opening quotes with them.
    covered: u64,
    opening_quotes: u64,
    closing_quotes: u64,
    opening: u64,
    closing: u64,
    commas: u64,
    colons: u64,
}

impl Marks {
    #[inline(always)]
    fn of(bytes: &Bytes, before: &Self) -> Self {
        let escaped = after(bytes.backslashes, before.backslashes);
        let quotes = bytes.quotes & !escaped;
        let is_inside = 0_u64.wrapping_sub((before.covered & LAST) >> 63);
        let covered = strings_in(quotes) ^ is_inside;
        let outside = !covered & !quotes;
        Self {
            escaped,
            backslashes: bytes.backslashes,
            covered,
            opening_quotes: quotes & covered,
            closing_quotes: quotes & !covered,
            opening: bytes.opening & outside,
            closing: bytes.closing & outside,
            commas: bytes.commas & outside,
            colons: bytes.colons & outside,
        }
    }

    /// Which bracket closes the outermost object, where that many are open before the block.
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

    /// What cannot stand where it stands. Each byte is known by the one before it: nothing else has
    /// to be seen to know that an object is one, but that its brackets are closed.
    #[inline(always)]
    fn wrong(&self, bytes: &Bytes, before: &Self) -> u64 {
        let after_opening = after(self.opening, before.opening);
        let after_closing = after(self.closing, before.closing);
        let after_comma = after(self.commas, before.commas);
        let known = self.covered
            | self.closing_quotes
            | self.opening
            | self.closing
            | self.commas
            | self.colons;
        !known
            | (self.covered & bytes.controls)
            // Of escapes there is but `\"`, and none behind another.
            | (self.escaped & !bytes.quotes)
            // Each key has a colon, each colon an object.
            | (self.colons ^ after(self.closing_quotes, before.closing_quotes))
            | (self.opening ^ after(self.colons, before.colons))
            | (self.opening_quotes & !(after_opening | after_comma))
            | (self.closing & !(after_opening | after_closing))
            | (self.commas & !after_closing)
    }
}

/// The bytes after those, of which the last one before a block is followed by the block's first.
#[inline(always)]
fn after(these: u64, before: u64) -> u64 {
    (these << 1) | (before >> 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::reader::MAX_DEPTH;
    use crate::json::skip::skip;

    const FIELDS: &str = r#"{"f:metadata":{"f:annotations":{".":{},"f:a/b":{}},"f:ownerReferences":{"k:{\"uid\":\"5b1c1f0e\"}":{}},"f:labels":{"f:{}":{},"f:,":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"ü-✓\"}":{".":{},"f:args":{}}}},"":{}}"#;

    fn both(text: &str, at: usize) -> (Option<usize>, Option<usize>) {
        let bytes = text.as_bytes();
        (end(bytes, at, MAX_DEPTH), skip(bytes, at, MAX_DEPTH).ok())
    }

    #[test]
    fn the_end_is_found_wherever_the_blocks_begin() {
        for fields in [FIELDS, "{}", r#"{"f:a":{}}"#] {
            for before in 0..BLOCK {
                for after in ["", "}", "]", r#"},{"a":[1,"\n"]}"#, ",\"\\u0000\"", " \\\\\"\u{1}"] {
                    let text = format!("{}{fields}{after}", " ".repeat(before));
                    assert_eq!(
                        end(text.as_bytes(), before, MAX_DEPTH),
                        Some(before + fields.len()),
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_is_taken_for_json_that_is_none() {
        let others = ['"', '\\', '{', '}', ':', ',', '[', ']', ' ', 'a', '1', '\n', '\u{1}'];
        let (mut taken, mut left) = (0, 0);
        for before in [0, 1, 17, 40, 62, 63] {
            let place = " ".repeat(before);
            for (at, old) in FIELDS.char_indices() {
                let (head, tail) = (&FIELDS[..at], &FIELDS[at + old.len_utf8()..]);
                let without = format!("{place}{head}{tail}");
                let cut = format!("{place}{head}");
                let changed = others.map(|other| format!("{place}{head}{other}{tail}"));
                let added = others.map(|other| format!("{place}{head}{other}{old}{tail}"));
                for text in [without, cut].iter().chain(&changed).chain(&added) {
                    match both(text, before) {
                        (Some(quick), slow) => {
                            assert_eq!(Some(quick), slow, "{text}");
                            taken += 1;
                        }
                        (None, _) => left += 1,
                    }
                }
            }
        }
        assert!(taken > 1000 && left > 1000, "{taken} taken, {left} left to others");
    }

    #[test]
    fn what_is_no_set_of_fields_is_left_to_others() {
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
            assert_eq!(end(text.as_bytes(), 0, MAX_DEPTH), None, "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        for (levels, depth) in [(1, 1), (40, 40), (127, 127)] {
            let text = format!("{}{{}}{}", r#"{"f:a":"#.repeat(levels - 1), "}".repeat(levels - 1));
            assert_eq!(end(text.as_bytes(), 0, depth), Some(text.len()));
            assert_eq!(end(text.as_bytes(), 0, depth - 1), None);
        }
    }
}
