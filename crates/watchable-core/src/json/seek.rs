//! Where a value ends whose text comes in piece by piece.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest machines")]

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, Block};
use super::leap::{Marks, Strings};

/// Finds the end of an object or a list while its text comes in, sixty-four bytes at a time, and none of
/// them twice.
///
/// Brackets are counted and strings respected; what stands in between is for the one who decodes it.
///
/// ```
/// use watchable_core::json::Seek;
///
/// let text = br#"{"a":["}"]},{"b":1}"#;
/// let mut seek = Seek::default();
/// assert_eq!(seek.end(&text[..7]), None);
/// assert_eq!(seek.end(text), Some(11));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Seek {
    /// How much of the text has been looked at: whole blocks.
    at: usize,
    /// How many brackets are open there.
    level: u32,
    strings: Strings,
}

impl Seek {
    /// Where the value ends, if it does: `text` is what has come of it so far, from its first bracket on.
    ///
    /// Once an end was found, this has done its work: for another value, begin with another one.
    pub fn end(&mut self, text: &[u8]) -> Option<usize> {
        dispatch!(Level::new(), simd => self.end_at_level(simd, text))
    }

    #[inline(always)]
    fn end_at_level<S: Simd>(&mut self, simd: S, text: &[u8]) -> Option<usize> {
        while let Some(block) = text.get(self.at..).and_then(<[u8]>::first_chunk) {
            if let Some(end) = self.block(Block::of(simd, block)) {
                return Some(end);
            }
            self.at += BLOCK;
        }
        // What comes of an unfinished block is seen again with the rest of it.
        let rest = text.get(self.at..).filter(|rest| !rest.is_empty())?;
        self.clone().block(Block::starting(simd, rest))
    }

    #[inline(always)]
    fn block<S: Simd>(&mut self, block: Block<S>) -> Option<usize> {
        let marks = Marks::of(block);
        let outside = !self.strings.covered(&marks);
        let (opening, closing) = (marks.opening() & outside, marks.closing() & outside);
        // In most blocks too few are closed for this to be the end, wherever they stand.
        if self.level > closing.count_ones() {
            self.level += opening.count_ones();
            self.level -= closing.count_ones();
            return None;
        }
        let mut brackets = opening | closing;
        while brackets != 0 {
            let bracket = brackets & brackets.wrapping_neg();
            brackets &= brackets - 1;
            if opening & bracket != 0 {
                self.level += 1;
                continue;
            }
            self.level = self.level.saturating_sub(1);
            if self.level == 0 {
                return Some(self.at + bracket.trailing_zeros() as usize + 1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_wherever_the_text_is_split() {
        let long = format!(r#"{{"a":[{}1],"b":"{}\\"}}"#, "[{}],".repeat(40), "]}\\\"".repeat(40));
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        for value in ["{}", "[]", r#"{"a":[{},[],{"b":"}]"}],"c\"{":"\\"}"#, &long, &deep] {
            for after in ["", ",", "}]", r#",{"x":"#] {
                let text = format!("{value}{after}");
                for first in 0..=value.len() {
                    let mut seek = Seek::default();
                    let early = seek.end(&text.as_bytes()[..first]);
                    assert_eq!(early, (first == value.len()).then_some(first), "{text} at {first}");
                    if early.is_none() {
                        assert_eq!(
                            seek.end(text.as_bytes()),
                            Some(value.len()),
                            "{text} at {first}"
                        );
                    }
                }
                let mut seek = Seek::default();
                let found = (0..=text.len()).find_map(|come| seek.end(&text.as_bytes()[..come]));
                assert_eq!(found, Some(value.len()), "{text} byte by byte");
            }
        }
    }
}
