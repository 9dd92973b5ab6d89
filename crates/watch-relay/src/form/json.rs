//! Writes JSON objects member by member, around values that are JSON already.

use bytes::Bytes;

/// A JSON object that is being written.
pub(super) struct Object(Vec<u8>);

impl Object {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        text.push(b'{');
        Self(text)
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        serde_json::to_writer(&mut self.0, value).expect("a text is written to memory");
    }

    pub(super) fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        self.0.extend_from_slice(value.to_string().as_bytes());
    }

    /// Adds a value that is JSON. Line feeds, which are between its tokens, become spaces.
    pub(super) fn json(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        let start = self.0.len();
        self.0.extend_from_slice(value);
        // API servers write none, which is found out faster than each byte is looked at.
        let mut rest = &mut self.0[start..];
        while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
            rest[at] = b' ';
            rest = &mut rest[at + 1..];
        }
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        serde_json::to_writer(&mut self.0, key).expect("a text is written to memory");
        self.0.push(b':');
    }

    pub(super) fn finish(mut self) -> Bytes {
        self.0.push(b'}');
        self.0.into()
    }
}
