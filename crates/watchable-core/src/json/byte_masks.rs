//! Where the bytes are in a block that make up the structure of JSON.

#![allow(clippy::inline_always, reason = "without inlining it is compiled for the baseline CPU")]

use fearless_simd::Simd;

use super::block::{BLOCK, Block};

/// The positions of certain bytes in a block, in and outside of strings, as bit masks; bit 0 is the first
/// byte.
#[derive(Default)]
pub(super) struct ByteMasks {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    pub(super) controls: u64,
    pub(super) opening: u64,
    pub(super) closing: u64,
    pub(super) commas: u64,
    pub(super) colons: u64,
}

impl ByteMasks {
    #[inline(always)]
    pub(super) fn of<S: Simd>(block: Block<S>) -> Self {
        Self {
            quotes: block.positions_of(b'"'),
            backslashes: block.positions_of(b'\\'),
            controls: block.control_characters(),
            opening: block.positions_of(b'{'),
            closing: block.positions_of(b'}'),
            commas: block.positions_of(b','),
            colons: block.positions_of(b':'),
        }
    }

    /// Returns those of the first block of a text, without SIMD, which takes ten times as long unless it is optimized.
    pub(super) fn one_by_one(text: &[u8]) -> Self {
        let mut masks = Self::default();
        let (mut at, mut bit) = (0, 1_u64);
        while at < text.len().min(BLOCK) {
            match text[at] {
                b'"' => masks.quotes |= bit,
                b'\\' => masks.backslashes |= bit,
                b'{' => masks.opening |= bit,
                b'}' => masks.closing |= bit,
                b',' => masks.commas |= bit,
                b':' => masks.colons |= bit,
                0..0x20 => masks.controls |= bit,
                _ => {}
            }
            at += 1;
            bit <<= 1;
        }
        masks
    }
}
