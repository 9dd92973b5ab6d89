//! Blocks of 64 bytes, scanned with the widest SIMD instructions that the CPU has.
//!
//! A loop over blocks is generic over the CPU's level and inlined from end to end, which compiles all of it for
//! that level; `fearless_simd::dispatch!` selects the level at run time.

#![allow(clippy::inline_always, reason = "without inlining it is compiled for the baseline CPU")]

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

/// The size of a block in bytes.
pub(super) const BLOCK: usize = 64;

/// Whether SIMD is compiled without optimization, as in a debug build: then bytes one by one are faster, because each
/// instruction is a call of a function.
pub(super) const IS_UNOPTIMIZED: bool = cfg!(unoptimized);

/// The bytes of a block. Sets of positions are bit masks; bit 0 is the first byte.
#[derive(Clone, Copy)]
pub(super) struct Block<S: Simd>(u8x64<S>);

impl<S: Simd> Block<S> {
    /// Loads the first block of a text, padded with spaces if the text is shorter.
    #[inline(always)]
    pub(super) fn load_padded(simd: S, text: &[u8]) -> Self {
        if let Some(block) = text.first_chunk() {
            return Self::load(simd, block);
        }
        let mut padded = [b' '; BLOCK];
        padded[..text.len()].copy_from_slice(text);
        Self::load(simd, &padded)
    }

    #[inline(always)]
    pub(super) fn load(simd: S, block: &[u8; BLOCK]) -> Self {
        Self(u8x64::load_array_ref(simd, block))
    }

    /// Returns the positions of this byte.
    #[inline(always)]
    pub(super) fn positions_of(self, byte: u8) -> u64 {
        self.0.simd_eq(byte).to_bitmask()
    }

    /// Returns the positions of control characters, which a string must escape.
    #[inline(always)]
    pub(super) fn control_characters(self) -> u64 {
        self.0.simd_lt(0x20).to_bitmask()
    }
}

/// Returns the bytes in strings, including opening and excluding closing quotes, if the first quote opens a
/// string: the prefix XOR of the quotes.
#[inline(always)]
pub(super) fn string_mask(quotes: u64) -> u64 {
    let mut mask = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        mask ^= mask << shift;
    }
    mask
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    /// The CPU's own level, and the baseline.
    fn levels() -> [Level; 2] {
        [Level::new(), Level::baseline()]
    }

    #[test]
    fn every_byte_is_found_at_every_position() {
        for level in levels() {
            for byte in 0..=u8::MAX {
                for at in 0..BLOCK {
                    let mut text = [b'a'; BLOCK];
                    text[at] = byte;
                    let (found, controls) = dispatch!(level, simd => {
                        let block = Block::load(simd, &text);
                        (block.positions_of(byte), block.control_characters())
                    });
                    let bit = 1 << at;
                    assert_eq!(found, if byte == b'a' { !0 } else { bit }, "{byte} at {at}");
                    assert_eq!(controls, if byte < b' ' { bit } else { 0 }, "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn short_text_is_padded_with_spaces() {
        for level in levels() {
            for length in 0..2 * BLOCK {
                let text = vec![b'a'; length];
                let spaces =
                    dispatch!(level, simd => Block::load_padded(simd, &text).positions_of(b' '));
                assert_eq!(
                    spaces,
                    u64::MAX.checked_shl(u32::try_from(length).unwrap()).unwrap_or(0)
                );
            }
        }
    }
}
