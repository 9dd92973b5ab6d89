//! Values as tokens of subjects.
//!
//! | value | written as |
//! |---|---|
//! | letters, digits, `-`, `:`, `/` and other printable ASCII | as they are |
//! | `.` | `_` |
//! | `_`, `%`, `*`, `>`, `$`, spaces, all that is not printable ASCII | `%` and two hexadecimal digits a byte |
//! | the empty text, such as the namespace of a cluster-scoped object | `_` |
//! | a `.` alone | `%2E` |
//!
//! So `rbac.authorization.k8s.io` is `rbac_authorization_k8s_io`, and no two values are written alike.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a token must not have, or has in the place of something else; also all that is not ASCII.
const TOKEN: &AsciiSet = &CONTROLS.add(b' ').add(b'_').add(b'%').add(b'*').add(b'>').add(b'$');

/// Writes a value as a token.
pub(crate) fn encode(value: &str) -> Cow<'_, str> {
    match value {
        "" => "_".into(),
        "." => "%2E".into(),
        _ => match Cow::from(utf8_percent_encode(value, TOKEN)) {
            token if token.contains('.') => token.replace('.', "_").into(),
            token => token,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a token, as a consumer may.
    fn decode(token: &str) -> String {
        if token == "_" {
            return String::new();
        }
        let mut bytes = Vec::new();
        let mut rest = token.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'_' => b'.',
                b'%' => {
                    let digits = [rest.next(), rest.next()].map(|digit| digit.expect("a digit"));
                    let digits = str::from_utf8(&digits).expect("ASCII");
                    u8::from_str_radix(digits, 16).expect("hexadecimal")
                }
                byte => byte,
            });
        }
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn values_become_tokens_and_back() {
        for (value, token) in [
            ("web-1", "web-1"),
            ("", "_"),
            (".", "%2E"),
            ("..", "__"),
            ("_", "%5F"),
            ("rbac.authorization.k8s.io", "rbac_authorization_k8s_io"),
            ("system:node/x", "system:node/x"),
            ("*", "%2A"),
            ("a>b c\t%$", "a%3Eb%20c%09%25%24"),
            ("ä", "%C3%A4"),
            ("\u{7f}", "%7F"),
        ] {
            assert_eq!(encode(value), token);
            assert_eq!(decode(token), value);
        }
    }
}
