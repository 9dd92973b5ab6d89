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

use std::fmt::Write as _;

/// Writes a value as a token.
pub(crate) fn encode(value: &str) -> String {
    match value {
        "" => return "_".to_owned(),
        "." => return "%2E".to_owned(),
        _ => {}
    }
    let mut token = String::with_capacity(value.len() + 8);
    for byte in value.bytes() {
        match byte {
            b'.' => token.push('_'),
            b'_' | b'%' | b'*' | b'>' | b'$' => put_escaped(&mut token, byte),
            b'!'..=b'~' => token.push(char::from(byte)),
            _ => put_escaped(&mut token, byte),
        }
    }
    token
}

fn put_escaped(token: &mut String, byte: u8) {
    write!(token, "%{byte:02X}").expect("writing to a string does not fail");
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
