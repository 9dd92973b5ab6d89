//! Skips a value by its brackets and strings alone, 64 bytes at a time.
//!
//! For values that are discarded, and for text that was validated before. It checks only what finding the
//! end requires: strings are terminated, and each bracket is closed by one of its kind. So a truncated text
//! is never accepted as complete, but commas, colons, numbers, escapes and stray text are not checked.

#![allow(clippy::inline_always, reason = "without inlining it is compiled for the baseline CPU")]

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, Block, string_mask};
use super::limits::STACK_SIZE;
use super::skip::{self, Expected, SkipError};

/// Returns the end of the value that starts at `at`. It may have at most `depth` levels (fewer than 128).
pub(super) fn skip_value(bytes: &[u8], at: usize, depth: u8) -> Result<usize, SkipError> {
    let at = skip::skip_space(bytes, at);
    if !matches!(bytes.get(at), Some(b'{' | b'[')) {
        return skip::skip_value(bytes, at, depth);
    }
    if bytes[at..].starts_with(b"{}") {
        return Ok(at + 2);
    }
    dispatch!(Level::new(), simd => skip_at_level(simd, bytes, at, depth))
}

#[inline(always)]
fn skip_at_level<S: Simd>(simd: S, bytes: &[u8], at: usize, depth: u8) -> Result<usize, SkipError> {
    let mut strings = StringState::default();
    let mut open = [0; STACK_SIZE];
    let mut level = 0;
    let mut start = at;
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        let masks = Masks::of(Block::load_padded(simd, rest));
        let mut brackets = masks.brackets() & !strings.next_block(&masks);
        while brackets != 0 {
            let offset = brackets.trailing_zeros() as usize;
            brackets &= brackets - 1;
            let bracket = rest[offset];
            if matches!(bracket, b'{' | b'[') {
                if level == usize::from(depth) {
                    return Err(SkipError { expected: Expected::NoMoreLevels, at: start + offset });
                }
                open[level % STACK_SIZE] = bracket;
                level += 1;
            } else {
                // Cannot underflow: the first bracket opens, and the one that closes it returns.
                level -= 1;
                let is_object = open[level % STACK_SIZE] == b'{';
                if (bracket == b'}') != is_object {
                    let expected =
                        if is_object { Expected::EndOfObject } else { Expected::EndOfList };
                    return Err(SkipError { expected, at: start + offset });
                }
                if level == 0 {
                    return Ok(start + offset + 1);
                }
            }
        }
        start += BLOCK;
        if start >= bytes.len() {
            let expected =
                if strings.in_string == 0 { Expected::Value } else { Expected::EndOfString };
            return Err(SkipError { expected, at: bytes.len() });
        }
    }
}

/// The positions of a block's structural characters, as bit masks; bit 0 is the first byte.
pub(super) struct Masks {
    quotes: u64,
    backslashes: u64,
    opening_braces: u64,
    closing_braces: u64,
    opening_brackets: u64,
    closing_brackets: u64,
}

impl Masks {
    #[inline(always)]
    pub(super) fn of<S: Simd>(block: Block<S>) -> Self {
        Self {
            quotes: block.positions_of(b'"'),
            backslashes: block.positions_of(b'\\'),
            opening_braces: block.positions_of(b'{'),
            closing_braces: block.positions_of(b'}'),
            opening_brackets: block.positions_of(b'['),
            closing_brackets: block.positions_of(b']'),
        }
    }

    /// Returns all brackets except those of empty objects, the most frequent value in managed fields.
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

/// The state of string scanning between two blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct StringState {
    /// All ones if the next block starts inside a string, else zero.
    in_string: u64,
    /// 1 if the next block's first byte is escaped, else 0.
    escaped: u64,
}

impl StringState {
    /// Returns which bytes of the next block are in strings, including the opening quotes.
    #[inline(always)]
    pub(super) fn next_block(&mut self, masks: &Masks) -> u64 {
        let quotes = masks.quotes & !self.escaped_bytes(masks.backslashes);
        let strings = string_mask(quotes) ^ self.in_string;
        self.in_string = 0_u64.wrapping_sub(strings >> 63);
        strings
    }

    /// Returns which bytes follow a backslash that is not itself escaped.
    #[inline(always)]
    fn escaped_bytes(&mut self, backslashes: u64) -> u64 {
        let mut escaped = self.escaped;
        self.escaped = 0;
        let mut left = backslashes & !escaped;
        while left != 0 {
            let backslash = left & left.wrapping_neg();
            let next = backslash << 1;
            escaped |= next;
            // A block's last byte escapes the first byte of the next block.
            self.escaped |= backslash >> 63;
            left &= !(backslash | next);
        }
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::limits::MAX_DEPTH;

    fn end(text: &str, at: usize) -> Option<usize> {
        skip_value(text.as_bytes(), at, MAX_DEPTH).ok()
    }

    /// Values with every sequence that could be misread.
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
    fn finds_the_end_at_every_block_offset() {
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
    fn truncated_value_is_an_error() {
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
    fn mismatched_bracket_is_an_error() {
        for text in ["[}", "{]", r#"{"a":[}]"#, r#"[{"a":1]}"#, "[[]", "{\"a]}", r#"["\"]"#] {
            assert_eq!(end(text, 0), None, "{text}");
        }
    }

    #[test]
    fn nesting_deeper_than_127_is_an_error() {
        for depth in [1, 126, 127, 128, 129, 5000] {
            let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(end(&text, 0).is_some(), depth <= 127, "{depth}");
        }
    }
}
