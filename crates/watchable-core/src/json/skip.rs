//! Passing over a value: half of what a server sends nobody looks at.

use super::number;
use super::text;

/// What was expected, and where it is not.
pub(super) struct Wrong {
    pub(super) expected: Expected,
    pub(super) at: usize,
}

/// What can be expected. A byte, since whatever takes a register here slows down all the rest.
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
            Self::Escape => "an escape that JSON knows",
            Self::EndOfObject => "`,` or `}`",
            Self::EndOfList => "`,` or `]`",
        }
    }
}

/// Where the value that begins at `at` ends. It is checked to be JSON, with at most `depth` levels
/// (of which there are fewer than 128), but what its escapes and numbers stand for is not asked.
pub(super) fn skip(bytes: &[u8], mut at: usize, depth: u8) -> Result<usize, Wrong> {
    // The bracket that closes what is open, and those of all around it; none where nothing is.
    let mut close = NONE;
    let mut outer = [NONE; LEVELS];
    let mut level = 0;
    let depth = usize::from(depth);
    loop {
        if close == b'}' {
            at = key(bytes, space(bytes, at), level < depth)?;
        }
        at = space(bytes, at);
        match bytes.get(at) {
            Some(b'"') => at = string(bytes, at)?,
            Some(bracket @ (b'{' | b'[')) => {
                if level == depth {
                    return Err(Wrong { expected: Expected::NoMoreLevels, at });
                }
                let closing = *bracket + 2;
                at = space(bytes, at + 1);
                if bytes.get(at) != Some(&closing) {
                    outer[level % LEVELS] = close;
                    level += 1;
                    close = closing;
                    continue;
                }
                at += 1;
            }
            Some(_) => at = scalar(bytes, at)?,
            None => return Err(Wrong { expected: Expected::Value, at }),
        }
        // Out of all that ends here, up to the next value.
        loop {
            if close == NONE {
                return Ok(at);
            }
            at = space(bytes, at);
            match bytes.get(at) {
                Some(b',') => break,
                Some(bracket) if *bracket == close => {
                    level -= 1;
                    close = outer[level % LEVELS];
                }
                _ if close == b'}' => return Err(Wrong { expected: Expected::EndOfObject, at }),
                _ => return Err(Wrong { expected: Expected::EndOfList, at }),
            }
            at += 1;
        }
        at += 1;
    }
}

/// No bracket.
const NONE: u8 = 0;

/// More than there can be open.
const LEVELS: usize = 128;

/// Past an object's key and its colon. Entries that are empty objects are passed over on the way,
/// where there is room for another level.
#[inline]
fn key(bytes: &[u8], mut at: usize, has_room: bool) -> Result<usize, Wrong> {
    loop {
        if bytes.get(at) != Some(&b'"') {
            return Err(Wrong { expected: Expected::Key, at });
        }
        at = string(bytes, at)?;
        // Most of what managed fields hold: an empty object, and another key after it.
        if has_room && bytes.get(at..).is_some_and(|rest| rest.starts_with(b":{},\"")) {
            at += 4;
        } else {
            at = space(bytes, at);
            if bytes.get(at) != Some(&b':') {
                return Err(Wrong { expected: Expected::Colon, at });
            }
            return Ok(at + 1);
        }
    }
}

/// Past a number, `true`, `false` or `null`.
fn scalar(bytes: &[u8], at: usize) -> Result<usize, Wrong> {
    let rest = &bytes[at..];
    let end = match rest[0] {
        b'-' | b'0'..=b'9' => {
            return match number::extent(bytes, at) {
                Some((end, _)) => Ok(end),
                None => Err(Wrong { expected: Expected::Number, at }),
            };
        }
        b't' if rest.starts_with(b"true") => at + 4,
        b'f' if rest.starts_with(b"false") => at + 5,
        b'n' if rest.starts_with(b"null") => at + 4,
        _ => return Err(Wrong { expected: Expected::Value, at }),
    };
    Ok(end)
}

/// Past white space.
#[inline]
pub(super) fn space(bytes: &[u8], mut at: usize) -> usize {
    // A server writes none: one comparison says so.
    while bytes.get(at).is_some_and(|b| *b <= b' ') {
        if !matches!(bytes[at], b' ' | b'\n' | b'\t' | b'\r') {
            break;
        }
        at += 1;
    }
    at
}

/// Past a string, whose opening quote is at `start`.
#[allow(clippy::inline_always, reason = "most of what is passed over is strings, short and plain")]
#[inline(always)]
pub(super) fn string(bytes: &[u8], start: usize) -> Result<usize, Wrong> {
    let end = text::plain_until(bytes, start + 1);
    if bytes.get(end) == Some(&b'"') { Ok(end + 1) } else { string_with_escapes(bytes, end) }
}

/// Past the string that goes on, with an escape, at `at`.
fn string_with_escapes(bytes: &[u8], mut at: usize) -> Result<usize, Wrong> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => {
                let length = text::escape_length(bytes, at);
                at += length.ok_or(Wrong { expected: Expected::Escape, at })?;
            }
            _ => return Err(Wrong { expected: Expected::EndOfString, at }),
        }
        at = text::plain_until(bytes, at);
    }
}
