//! Passing over a value: half of what a server sends nobody looks at.

use super::number;
use super::text;

/// What was expected, and where it is not.
pub(super) struct Wrong {
    pub(super) expected: &'static str,
    pub(super) at: usize,
}

const VALUE: &str = "a value";

/// Where the value that begins at `at` ends. It is checked to be JSON, with at most `depth` levels,
/// but what its escapes and numbers stand for is not asked.
pub(super) fn skip(bytes: &[u8], mut at: usize, depth: u8) -> Result<usize, Wrong> {
    // For each open bracket whether it is an object's, the innermost lowest.
    let mut objects: u128 = 0;
    let mut level: u8 = 0;
    loop {
        at = space(bytes, at);
        let open = match bytes.get(at) {
            Some(b'"') => {
                at = string(bytes, at)?;
                false
            }
            Some(bracket @ (b'{' | b'[')) => {
                if level == depth {
                    return Err(Wrong { expected: "no more levels", at });
                }
                level += 1;
                objects = objects << 1 | u128::from(*bracket == b'{');
                at += 1;
                true
            }
            Some(b't') => literal(bytes, &mut at, b"true").map(|()| false)?,
            Some(b'f') => literal(bytes, &mut at, b"false").map(|()| false)?,
            Some(b'n') => literal(bytes, &mut at, b"null").map(|()| false)?,
            Some(b'-' | b'0'..=b'9') => {
                at = number::extent(bytes, at).ok_or(Wrong { expected: "a number", at })?.0;
                false
            }
            _ => return Err(Wrong { expected: VALUE, at }),
        };
        let mut first = open;
        // Out of all that ends here, up to the next value.
        loop {
            if level == 0 {
                return Ok(at);
            }
            at = space(bytes, at);
            let is_object = objects & 1 == 1;
            match bytes.get(at) {
                Some(b'}') if is_object => {}
                Some(b']') if !is_object => {}
                Some(b',') if !first => {
                    at = entry(bytes, at + 1, is_object, level < depth)?;
                    break;
                }
                _ if first => {
                    at = entry(bytes, at, is_object, level < depth)?;
                    break;
                }
                _ if is_object => return Err(Wrong { expected: "`,` or `}`", at }),
                _ => return Err(Wrong { expected: "`,` or `]`", at }),
            }
            at += 1;
            level -= 1;
            objects >>= 1;
            first = false;
        }
    }
}

/// Up to an entry's value: in an object, past its key. Entries that are empty objects are passed over
/// on the way, where there is room for another level.
fn entry(bytes: &[u8], at: usize, is_object: bool, has_room: bool) -> Result<usize, Wrong> {
    if !is_object {
        return Ok(at);
    }
    let mut at = space(bytes, at);
    let at = loop {
        if bytes.get(at) != Some(&b'"') {
            return Err(Wrong { expected: "a key in quotes", at });
        }
        at = string(bytes, at)?;
        // Most of what managed fields hold: an empty object, and another key after it.
        if has_room && bytes.get(at..at + 5) == Some(b":{},\"") {
            at += 4;
        } else {
            break space(bytes, at);
        }
    };
    if bytes.get(at) != Some(&b':') {
        return Err(Wrong { expected: "`:`", at });
    }
    Ok(at + 1)
}

/// Past white space.
pub(super) fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

fn string(bytes: &[u8], start: usize) -> Result<usize, Wrong> {
    let mut at = start + 1;
    loop {
        at = text::plain_until(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => {
                let length = text::escape_length(bytes, at);
                at += length.ok_or(Wrong { expected: "an escape that JSON knows", at })?;
            }
            _ => return Err(Wrong { expected: "the end of a string", at }),
        }
    }
}

fn literal(bytes: &[u8], at: &mut usize, word: &[u8]) -> Result<(), Wrong> {
    if !bytes[*at..].starts_with(word) {
        return Err(Wrong { expected: VALUE, at: *at });
    }
    *at += word.len();
    Ok(())
}
