//! JSON strings: where they end, and their escapes.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x16};

use super::block::{BLOCK, Block, IS_UNOPTIMIZED};
use crate::decode_error::Error;

/// The content of a string: borrowed from the document, or unescaped into a buffer.
pub(super) enum Text<'de, 's> {
    Borrowed(&'de str),
    Unescaped(&'s str),
}

/// Returns the position of the first quote, backslash or control character from `at` on, or the text's end.
#[inline]
pub(super) fn plain_end(bytes: &[u8], at: usize) -> usize {
    if IS_UNOPTIMIZED { plain_end_one_by_one(bytes, at) } else { plain_end_by_blocks(bytes, at) }
}

fn plain_end_one_by_one(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && !matches!(bytes[at], b'"' | b'\\' | 0..0x20) {
        at += 1;
    }
    at
}

#[inline]
fn plain_end_by_blocks(bytes: &[u8], at: usize) -> usize {
    // Most are in the first block.
    if let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let special = special_bytes(*block);
        if special != 0 {
            return at + special.trailing_zeros() as usize;
        }
    }
    plain_end_after_first_block(bytes, at)
}

fn plain_end_after_first_block(bytes: &[u8], at: usize) -> usize {
    let text = bytes.get(at..).unwrap_or_default();
    // Most of the others are in the next three: too few for the choice of a CPU level to pay off.
    let (near, _) = text[..text.len().min(BLOCK)].as_chunks();
    for (index, block) in near.iter().enumerate().skip(1) {
        let special = special_bytes(*block);
        if special != 0 {
            return at + 16 * index + special.trailing_zeros() as usize;
        }
    }
    dispatch!(Level::new(), simd => plain_end_at_level(simd, bytes, at + 16 * near.len()))
}

#[allow(clippy::inline_always, reason = "without inlining it is compiled for the baseline CPU")]
#[inline(always)]
fn plain_end_at_level<S: Simd>(simd: S, bytes: &[u8], mut at: usize) -> usize {
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let block = Block::load_padded(simd, rest);
        let special =
            block.positions_of(b'"') | block.positions_of(b'\\') | block.control_characters();
        if special != 0 {
            return at + special.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    bytes.len()
}

/// Returns the quotes, backslashes and control characters of 16 bytes; bit 0 is the first byte. The baseline
/// CPU level is enough for 16 bytes, and needs no call.
#[inline]
fn special_bytes(block: [u8; 16]) -> u64 {
    dispatch!(Level::baseline(), simd => {
        let block = u8x16::load_array(simd, block);
        // A byte is a control character if it equals the minimum of itself and the last control character.
        let control = block.min(0x1f).simd_eq(block);
        (control | block.simd_eq(b'"') | block.simd_eq(b'\\')).to_bitmask()
    })
}

/// The most that is reserved for an unescaped string up front, in bytes.
const INITIAL_CAPACITY: usize = 1 << 10;

/// Unescapes the string whose content starts at `at`. Returns the position after its closing quote.
pub(super) fn unescape(text: &str, mut at: usize, into: &mut String) -> Result<usize, Error> {
    let bytes = text.as_bytes();
    into.clear();
    // Strings with escapes are often long, such as files and scripts: growing took a third of the time.
    into.reserve(INITIAL_CAPACITY.min(bytes.len().saturating_sub(at)));
    loop {
        let plain = at;
        at = plain_end(bytes, at);
        into.push_str(&text[plain..at]);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = unescape_one(text, at, into)?,
            Some(_) => return Err(Error::syntax("a control character in a string", at)),
            None => return Err(Error::syntax("the text ends within a string", at)),
        }
    }
}

/// Returns the length of the escape that starts at `at`. Accepts what [`unescape`] accepts, and also unpaired
/// surrogates.
pub(super) fn escape_length(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Unescapes one escape; returns its end.
fn unescape_one(text: &str, at: usize, into: &mut String) -> Result<usize, Error> {
    let character = match text.as_bytes().get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unescape_unicode(text, at, into),
        _ => return Err(Error::syntax("an unknown escape in a string", at)),
    };
    into.push(character);
    Ok(at + 2)
}

/// Unescapes `\u` and four hexadecimal digits, or two of them for a surrogate pair.
fn unescape_unicode(text: &str, at: usize, into: &mut String) -> Result<usize, Error> {
    let malformed = || Error::syntax("a malformed \\u escape in a string", at);
    let first = utf16_unit(text, at).ok_or_else(malformed)?;
    let (units, length) = if (0xD800..0xDC00).contains(&first) {
        (vec![first, utf16_unit(text, at + 6).ok_or_else(malformed)?], 12)
    } else {
        (vec![first], 6)
    };
    for character in char::decode_utf16(units) {
        into.push(character.map_err(|_| malformed())?);
    }
    Ok(at + length)
}

fn utf16_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_byte_is_found_at_every_distance() {
        for special in *b"\"\\\n\x00\x1f" {
            for at in [0, 1, 15, 16, 40] {
                for distance in (0..150).chain([1_000]) {
                    let mut text = vec![b'a'; at + distance];
                    text.push(special);
                    text.extend(b"\x7f\xe2\x9c\x93 \"");
                    assert_eq!(plain_end_by_blocks(&text, at), at + distance);
                    assert_eq!(plain_end_one_by_one(&text, at), at + distance);
                    let open = &text[..at + distance];
                    assert_eq!(plain_end_by_blocks(open, at), open.len());
                    assert_eq!(plain_end_one_by_one(open, at), open.len());
                }
            }
        }
    }
}
