//! Strings: where they end, and what their escapes stand for.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x16};

use super::block::{BLOCK, Block};
use super::error::Error;

/// A string's content: as it stands in the document, or with its escapes replaced.
pub(super) enum Text<'de, 's> {
    Borrowed(&'de str),
    Unescaped(&'s str),
}

/// From `at` on, the first quote, backslash or control character; the end where there is none.
#[inline]
pub(super) fn plain_until(bytes: &[u8], at: usize) -> usize {
    // Most end within the first block.
    if let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let stops = stops(*block);
        if stops != 0 {
            return at + stops.trailing_zeros() as usize;
        }
    }
    plain_until_far(bytes, at)
}

/// The same after the first block, where nothing was found.
fn plain_until_far(bytes: &[u8], at: usize) -> usize {
    let text = bytes.get(at..).unwrap_or_default();
    // Most of the rest end soon, before the choice of a level has paid.
    let (near, _) = text[..text.len().min(BLOCK)].as_chunks();
    for (number, block) in near.iter().enumerate().skip(1) {
        let stops = stops(*block);
        if stops != 0 {
            return at + 16 * number + stops.trailing_zeros() as usize;
        }
    }
    dispatch!(Level::new(), simd => plain_until_at_level(simd, bytes, at + 16 * near.len()))
}

#[allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest machines")]
#[inline(always)]
fn plain_until_at_level<S: Simd>(simd: S, bytes: &[u8], mut at: usize) -> usize {
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let block = Block::starting(simd, rest);
        let stops = block.those(b'"') | block.those(b'\\') | block.controls();
        if stops != 0 {
            return at + stops.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    bytes.len()
}

/// A bit for each byte that a string's plain text cannot hold, the first byte's the lowest. What every machine
/// can do is enough for so few, and needs no call.
#[inline]
fn stops(block: [u8; 16]) -> u64 {
    dispatch!(Level::baseline(), simd => {
        let block = u8x16::load_array(simd, block);
        // The smaller of a byte and the last control character is the byte itself: it is one of them.
        let control = block.min(0x1f).simd_eq(block);
        (control | block.simd_eq(b'"') | block.simd_eq(b'\\')).to_bitmask()
    })
}

/// As much as is made room for at first, in bytes.
const ROOM: usize = 1 << 10;

/// Replaces the escapes of a string whose content begins at `at`. Gives where the string ends, after
/// its closing quote.
pub(super) fn unescape(text: &str, mut at: usize, into: &mut String) -> Result<usize, Error> {
    let bytes = text.as_bytes();
    into.clear();
    // Texts with escapes are files and scripts more often than words: growing to their size took a third of the time.
    into.reserve(ROOM.min(bytes.len().saturating_sub(at)));
    loop {
        let plain = at;
        at = plain_until(bytes, at);
        into.push_str(&text[plain..at]);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(text, at, into)?,
            Some(_) => return Err(Error::syntax("a control character in a string", at)),
            None => return Err(Error::syntax("the text ends within a string", at)),
        }
    }
}

/// How long the escape is that begins at `at`: as [`unescape`] would take it, but a surrogate without
/// its other half is let pass.
pub(super) fn escape_length(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Replaces one escape; gives where it ends.
fn escape(text: &str, at: usize, into: &mut String) -> Result<usize, Error> {
    let character = match text.as_bytes().get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text, at, into),
        _ => return Err(Error::syntax("an unknown escape in a string", at)),
    };
    into.push(character);
    Ok(at + 2)
}

/// `\u` and four hexadecimal digits, twice for what UTF-16 writes as a pair.
fn unicode(text: &str, at: usize, into: &mut String) -> Result<usize, Error> {
    let wrong = || Error::syntax("a malformed \\u escape in a string", at);
    let first = unit(text, at).ok_or_else(wrong)?;
    let (units, length) = if (0xD800..0xDC00).contains(&first) {
        (vec![first, unit(text, at + 6).ok_or_else(wrong)?], 12)
    } else {
        (vec![first], 6)
    };
    for character in char::decode_utf16(units) {
        into.push(character.map_err(|_| wrong())?);
    }
    Ok(at + length)
}

fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}
