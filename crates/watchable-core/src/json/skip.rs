//! Skips a value and validates it: the types ignore half of what a server sends.

use super::limits::STACK_SIZE;
use super::number;
use super::string;

/// What a skipped value lacks, and where.
pub(super) struct SkipError {
    pub(super) expected: Expected,
    pub(super) at: usize,
}

/// What can be expected. One byte in size: every register that this takes slows down the scanning loop.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    Value,
    Number,
    NoMoreLevels,
    Key,
    Colon,
    EndOfString,
    Escape,
    EndOfObject,
    EndOfList,
}

impl Expected {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Value => "a value",
            Self::Number => "a number",
            Self::NoMoreLevels => "no more levels",
            Self::Key => "a key in quotes",
            Self::Colon => "`:`",
            Self::EndOfString => "the end of a string",
            Self::Escape => "a valid escape",
            Self::EndOfObject => "`,` or `}`",
            Self::EndOfList => "`,` or `]`",
        }
    }
}

/// Returns the end of the value that starts at `at`. The value is checked to be JSON with at most `depth`
/// levels (fewer than 128), but its escapes and numbers are not evaluated.
pub(super) fn skip_value(bytes: &[u8], mut at: usize, depth: u8) -> Result<usize, SkipError> {
    // The closing brackets of the innermost open object or list, and of those around it.
    let mut close = NONE;
    let mut outer = [NONE; STACK_SIZE];
    let mut level = 0;
    let depth = usize::from(depth);
    loop {
        if close == b'}' {
            at = skip_key(bytes, skip_space(bytes, at), level < depth)?;
        }
        at = skip_space(bytes, at);
        match bytes.get(at) {
            Some(b'"') => at = skip_string(bytes, at)?,
            Some(bracket @ (b'{' | b'[')) => {
                if level == depth {
                    return Err(SkipError { expected: Expected::NoMoreLevels, at });
                }
                let closing = *bracket + 2;
                at = skip_space(bytes, at + 1);
                if bytes.get(at) != Some(&closing) {
                    outer[level % STACK_SIZE] = close;
                    level += 1;
                    close = closing;
                    continue;
                }
                at += 1;
            }
            Some(_) => at = skip_scalar(bytes, at)?,
            None => return Err(SkipError { expected: Expected::Value, at }),
        }
        // Leave everything that ends here, up to the next value.
        loop {
            if close == NONE {
                return Ok(at);
            }
            at = skip_space(bytes, at);
            match bytes.get(at) {
                Some(b',') => break,
                Some(bracket) if *bracket == close => {
                    level -= 1;
                    close = outer[level % STACK_SIZE];
                }
                _ if close == b'}' => {
                    return Err(SkipError { expected: Expected::EndOfObject, at });
                }
                _ => return Err(SkipError { expected: Expected::EndOfList, at }),
            }
            at += 1;
        }
        at += 1;
    }
}

/// No bracket.
const NONE: u8 = 0;

/// Returns the end of an object's key and colon. Skips entries with empty objects on the way, if another
/// level is allowed.
#[inline]
fn skip_key(bytes: &[u8], mut at: usize, has_room: bool) -> Result<usize, SkipError> {
    loop {
        if bytes.get(at) != Some(&b'"') {
            return Err(SkipError { expected: Expected::Key, at });
        }
        at = skip_string(bytes, at)?;
        // Most entries of managed fields are empty objects with another key after them.
        if has_room && bytes.get(at..).is_some_and(|rest| rest.starts_with(b":{},\"")) {
            at += 4;
        } else {
            at = skip_space(bytes, at);
            if bytes.get(at) != Some(&b':') {
                return Err(SkipError { expected: Expected::Colon, at });
            }
            return Ok(at + 1);
        }
    }
}

/// Returns the end of a number, `true`, `false` or `null`.
fn skip_scalar(bytes: &[u8], at: usize) -> Result<usize, SkipError> {
    let rest = &bytes[at..];
    let end = match rest[0] {
        b'-' | b'0'..=b'9' => {
            return match number::scan(bytes, at) {
                Some((end, _)) => Ok(end),
                None => Err(SkipError { expected: Expected::Number, at }),
            };
        }
        b't' if rest.starts_with(b"true") => at + 4,
        b'f' if rest.starts_with(b"false") => at + 5,
        b'n' if rest.starts_with(b"null") => at + 4,
        _ => return Err(SkipError { expected: Expected::Value, at }),
    };
    Ok(end)
}

/// Returns the end of whitespace.
#[inline]
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    // Servers write none, which one comparison establishes.
    while bytes.get(at).is_some_and(|b| *b <= b' ') {
        if !matches!(bytes[at], b' ' | b'\n' | b'\t' | b'\r') {
            break;
        }
        at += 1;
    }
    at
}

/// Returns the end of the string whose opening quote is at `start`.
#[allow(clippy::inline_always, reason = "most skipped values are short strings without escapes")]
#[inline(always)]
pub(super) fn skip_string(bytes: &[u8], start: usize) -> Result<usize, SkipError> {
    let end = string::plain_end(bytes, start + 1);
    if bytes.get(end) == Some(&b'"') { Ok(end + 1) } else { skip_rest_of_string(bytes, end) }
}

/// Returns the end of a string from the escape at `at` on.
fn skip_rest_of_string(bytes: &[u8], mut at: usize) -> Result<usize, SkipError> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => {
                let length = string::escape_length(bytes, at);
                at += length.ok_or(SkipError { expected: Expected::Escape, at })?;
            }
            _ => return Err(SkipError { expected: Expected::EndOfString, at }),
        }
        at = string::plain_end(bytes, at);
    }
}
