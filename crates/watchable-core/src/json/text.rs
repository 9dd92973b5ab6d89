//! Strings: where they end, and what their escapes stand for.

use super::error::Error;

/// A string's content: as it stands in the document, or with its escapes replaced.
pub(super) enum Text<'de, 's> {
    Borrowed(&'de str),
    Unescaped(&'s str),
}

/// From `at` on, the first quote, backslash or control character; the end where there is none.
pub(super) fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let stops = stops(u64::from_le_bytes(*eight));
        if stops != 0 {
            return at + (stops.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|b| !matches!(b, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

/// The high bit of each of eight bytes that a string's plain text cannot hold. What comes after the
/// first one (the lowest) may be wrong.
const fn stops(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    let (quote, backslash) = (eight ^ QUOTES, eight ^ BACKSLASHES);
    let control = eight.wrapping_sub(SPACES) & !eight;
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    (control | quote | backslash) & HIGH
}

/// Replaces the escapes of a string whose content begins at `start`, and whose first backslash is
/// at `at`. Gives where the string ends, after its closing quote.
pub(super) fn unescape(
    text: &str,
    start: usize,
    mut at: usize,
    into: &mut String,
) -> Result<usize, Error> {
    let bytes = text.as_bytes();
    into.clear();
    let mut plain = start;
    loop {
        into.push_str(&text[plain..at]);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(text, at, into)?,
            Some(_) => return Err(Error::syntax("a control character in a string", at)),
            None => return Err(Error::syntax("the text ends within a string", at)),
        }
        plain = at;
        at = plain_until(bytes, at);
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
