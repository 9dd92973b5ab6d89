//! Leaping over a value, sixty-four bytes at a time: where it ends is found, and little else is asked.
//!
//! For what is dropped, and for text that has been checked before. What is checked is what finding the
//! end takes: strings end, and each bracket is closed by one of its kind. So a text that was cut is
//! never taken for a whole one; but commas, colons, numbers, escapes and what stands between them
//! are not looked at.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest machines")]

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, Block, strings_in};
use super::skip::{self, Expected, Wrong};

/// More brackets than there can be open.
const LEVELS: usize = 128;

/// Where the value that begins at `at` ends. It has at most `depth` levels (of which there are fewer
/// than 128).
pub(super) fn leap(bytes: &[u8], at: usize, depth: u8) -> Result<usize, Wrong> {
    let at = skip::space(bytes, at);
    if !matches!(bytes.get(at), Some(b'{' | b'[')) {
        return skip::skip(bytes, at, depth);
    }
    if bytes[at..].starts_with(b"{}") {
        return Ok(at + 2);
    }
    dispatch!(Level::new(), simd => leap_at_level(simd, bytes, at, depth))
}

#[inline(always)]
fn leap_at_level<S: Simd>(simd: S, bytes: &[u8], at: usize, depth: u8) -> Result<usize, Wrong> {
    let mut strings = Strings::default();
    let mut open = [0; LEVELS];
    let mut level = 0;
    let mut start = at;
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        let marks = Marks::of(Block::starting(simd, rest));
        let mut brackets = marks.brackets() & !strings.covered(&marks);
        while brackets != 0 {
            let offset = brackets.trailing_zeros() as usize;
            brackets &= brackets - 1;
            let bracket = rest[offset];
            if matches!(bracket, b'{' | b'[') {
                if level == usize::from(depth) {
                    return Err(Wrong { expected: Expected::NoMoreLevels, at: start + offset });
                }
                open[level % LEVELS] = bracket;
                level += 1;
            } else {
                // The first bracket is an opening one, and the last one ends it all.
                level -= 1;
                let is_object = open[level % LEVELS] == b'{';
                if (bracket == b'}') != is_object {
                    let expected =
                        if is_object { Expected::EndOfObject } else { Expected::EndOfList };
                    return Err(Wrong { expected, at: start + offset });
                }
                if level == 0 {
                    return Ok(start + offset + 1);
                }
            }
        }
        start += BLOCK;
        if start >= bytes.len() {
            let expected =
                if strings.inside == 0 { Expected::Value } else { Expected::EndOfString };
            return Err(Wrong { expected, at: bytes.len() });
        }
    }
}

/// A bit for each byte of a block that counts, the first byte's the lowest.
pub(super) struct Marks {
    quotes: u64,
    backslashes: u64,
    opening_braces: u64,
    closing_braces: u64,
    opening_brackets: u64,
    closing_brackets: u64,
}

impl Marks {
    #[inline(always)]
    pub(super) fn of<S: Simd>(block: Block<S>) -> Self {
        Self {
            quotes: block.those(b'"'),
            backslashes: block.those(b'\\'),
            opening_braces: block.those(b'{'),
            closing_braces: block.those(b'}'),
            opening_brackets: block.those(b'['),
            closing_brackets: block.those(b']'),
        }
    }

    /// All brackets but those of empty objects, which most are in managed fields.
    #[inline(always)]
    fn brackets(&self) -> u64 {
        let empty = self.opening_braces & (self.closing_braces >> 1);
        let braces = (self.opening_braces & !empty) | (self.closing_braces & !(empty << 1));
        braces | self.opening_brackets | self.closing_brackets
    }

    #[inline(always)]
    pub(super) fn opening(&self) -> u64 {
        self.opening_braces | self.opening_brackets
    }

    #[inline(always)]
    pub(super) fn closing(&self) -> u64 {
        self.closing_braces | self.closing_brackets
    }
}

/// What a block begins with.
#[derive(Clone, Debug, Default)]
pub(super) struct Strings {
    /// All bits where it is the inside of a string, otherwise none.
    inside: u64,
    /// Whether its first byte is escaped.
    escaped: u64,
}

impl Strings {
    /// Which bytes of the next block lie in strings, their opening quotes with them.
    #[inline(always)]
    pub(super) fn covered(&mut self, marks: &Marks) -> u64 {
        let quotes = marks.quotes & !self.escaped_bytes(marks.backslashes);
        let covered = strings_in(quotes) ^ self.inside;
        self.inside = 0_u64.wrapping_sub(covered >> 63);
        covered
    }

    /// Which bytes stand behind a backslash that is not itself escaped.
    #[inline(always)]
    fn escaped_bytes(&mut self, backslashes: u64) -> u64 {
        let mut escaped = self.escaped;
        self.escaped = 0;
        let mut left = backslashes & !escaped;
        while left != 0 {
            let backslash = left & left.wrapping_neg();
            let behind = backslash << 1;
            escaped |= behind;
            // The last byte of a block escapes the first of the next one.
            self.escaped |= backslash >> 63;
            left &= !(backslash | behind);
        }
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::reader::MAX_DEPTH;

    fn end(text: &str, at: usize) -> Option<usize> {
        leap(text.as_bytes(), at, MAX_DEPTH).ok()
    }

    /// Values with everything that could be taken for something else.
    const VALUES: [&str; 9] = [
        r#"{"a":[{},[],{"b":"}]"}],"c\"{":"\\","d\\\"[":1}"#,
        r#"[[[[]]],{"k:{\"name\":\"a\"}":{".":{},"f:x":{}}},"\\\\\"]"]"#,
        r#"{"\\":"\\\\","\"":"\"\"","long":"01234567890123456789012345678901234567890123456789012"}"#,
        r#"["üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü[","😀{😀{😀{😀{😀{😀{😀{😀{😀{"]"#,
        "{}",
        "[]",
        r#""a\"b""#,
        "-1.5e3",
        "null",
    ];

    #[test]
    fn the_end_is_found_wherever_the_blocks_begin() {
        for value in VALUES {
            for before in 0..2 * BLOCK {
                for after in ["", ",", "}", r#","x":"[{"}"#] {
                    let text = format!("{}{value}{after}", " ".repeat(before));
                    assert_eq!(end(&text, before), Some(before + value.len()), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_was_cut_is_not_whole() {
        for value in VALUES.iter().filter(|value| value.starts_with(['{', '['])) {
            for before in [0, 1, 31, 63] {
                let text = format!("{}{value}", " ".repeat(before));
                for cut in (before..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
                    assert_eq!(end(&text[..cut], before), None, "{}", &text[..cut]);
                }
            }
        }
    }

    #[test]
    fn brackets_are_closed_by_their_own_kind() {
        for text in ["[}", "{]", r#"{"a":[}]"#, r#"[{"a":1]}"#, "[[]", "{\"a]}", r#"["\"]"#] {
            assert_eq!(end(text, 0), None, "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        for depth in [1, 126, 127, 128, 129, 5000] {
            let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(end(&text, 0).is_some(), depth <= 127, "{depth}");
        }
    }
}
