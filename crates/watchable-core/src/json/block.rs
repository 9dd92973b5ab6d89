//! Sixty-four bytes of a text at a time, with the widest instructions that the machine has.
//!
//! What loops over blocks is generic over the machine's level and inlined from end to end, so that all of it
//! is compiled for that level; `fearless_simd::dispatch!` chooses at run time.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest machines")]

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

/// How many bytes are looked at at once.
pub(super) const BLOCK: usize = 64;

/// The bytes of a block. A set of them is a bit for each, the first byte's the lowest.
#[derive(Clone, Copy)]
pub(super) struct Block<S: Simd>(u8x64<S>);

impl<S: Simd> Block<S> {
    /// The block that begins a text, filled with spaces where the text is shorter.
    #[inline(always)]
    pub(super) fn starting(simd: S, text: &[u8]) -> Self {
        if let Some(block) = text.first_chunk() {
            return Self::of(simd, block);
        }
        let mut padded = [b' '; BLOCK];
        padded[..text.len()].copy_from_slice(text);
        Self::of(simd, &padded)
    }

    #[inline(always)]
    pub(super) fn of(simd: S, block: &[u8; BLOCK]) -> Self {
        Self(u8x64::load_array_ref(simd, block))
    }

    /// Those that are this byte.
    #[inline(always)]
    pub(super) fn those(self, byte: u8) -> u64 {
        self.0.simd_eq(byte).to_bitmask()
    }

    /// Those that a string cannot hold as they are: control characters.
    #[inline(always)]
    pub(super) fn controls(self) -> u64 {
        self.0.simd_lt(0x20).to_bitmask()
    }
}

/// From each opening quote up to before its closing one, where the first quote opens a string.
#[inline(always)]
pub(super) fn strings_in(quotes: u64) -> u64 {
    let mut covered = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        covered ^= covered << shift;
    }
    covered
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    /// The machine's own level, and the one that all have.
    fn levels() -> [Level; 2] {
        [Level::new(), Level::baseline()]
    }

    #[test]
    fn every_byte_is_known_for_what_it_is_wherever_it_stands() {
        for level in levels() {
            for byte in 0..=u8::MAX {
                for at in 0..BLOCK {
                    let mut text = [b'a'; BLOCK];
                    text[at] = byte;
                    let (those, controls) = dispatch!(level, simd => {
                        let block = Block::of(simd, &text);
                        (block.those(byte), block.controls())
                    });
                    let bit = 1 << at;
                    assert_eq!(those, if byte == b'a' { !0 } else { bit }, "{byte} at {at}");
                    assert_eq!(controls, if byte < b' ' { bit } else { 0 }, "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn a_short_text_is_filled_with_spaces() {
        for level in levels() {
            for length in 0..2 * BLOCK {
                let text = vec![b'a'; length];
                let spaces = dispatch!(level, simd => Block::starting(simd, &text).those(b' '));
                assert_eq!(
                    spaces,
                    u64::MAX.checked_shl(u32::try_from(length).unwrap()).unwrap_or(0)
                );
            }
        }
    }
}
