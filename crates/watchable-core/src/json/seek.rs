//! Finds the end of a value whose text arrives in chunks.

#![allow(clippy::inline_always, reason = "without inlining it is compiled for the baseline CPU")]

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, Block};
use super::skip_balanced::{Masks, StringState};

/// Finds the end of an object or a list while its text arrives. Each block of 64 bytes is scanned once.
///
/// It counts brackets outside of strings and checks nothing else; decoding the value does that.
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
    /// How many bytes were scanned: a multiple of the block size.
    scanned: usize,
    /// How many brackets are open there.
    level: u32,
    strings: StringState,
}

impl Seek {
    /// Returns the end of the value, in bytes, or `None` if more text is needed.
    ///
    /// `text` is everything that arrived so far, starting with the value's opening bracket. Use a new `Seek` for
    /// each value.
    pub fn end(&mut self, text: &[u8]) -> Option<usize> {
        dispatch!(Level::new(), simd => self.end_at_level(simd, text))
    }

    #[inline(always)]
    fn end_at_level<S: Simd>(&mut self, simd: S, text: &[u8]) -> Option<usize> {
        while let Some(block) = text.get(self.scanned..).and_then(<[u8]>::first_chunk) {
            if let Some(end) = self.scan(Block::load(simd, block)) {
                return Some(end);
            }
            self.scanned += BLOCK;
        }
        // An incomplete block is scanned again with the rest of it, so the state is left unchanged.
        let rest = text.get(self.scanned..).filter(|rest| !rest.is_empty())?;
        self.clone().scan(Block::load_padded(simd, rest))
    }

    #[inline(always)]
    fn scan<S: Simd>(&mut self, block: Block<S>) -> Option<usize> {
        let masks = Masks::of(block);
        let outside = !self.strings.next_block(&masks);
        let (opening, closing) = (masks.opening() & outside, masks.closing() & outside);
        // Most blocks close too few brackets to hold the end.
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
                return Some(self.scanned + bracket.trailing_zeros() as usize + 1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_wherever_the_text_is_split() {
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
                let found =
                    (0..=text.len()).find_map(|length| seek.end(&text.as_bytes()[..length]));
                assert_eq!(found, Some(value.len()), "{text} byte by byte");
            }
        }
    }
}
