//! The error of decoding a document, in JSON or protobuf: its path and its reason.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// Why a document could not be decoded: the path of the offending value, and the reason.
// Boxed to keep `Result` small, which every value returns.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// From the innermost outwards: segments are added while the error propagates.
    segments: Vec<Segment>,
    reason: String,
}

#[derive(Debug)]
enum Segment {
    Key(String),
    Index(usize),
}

impl Error {
    /// Returns the path of the offending value, such as `spec.containers[2].image`; empty for the document
    /// itself.
    pub fn path(&self) -> String {
        Path(&self.0.segments).to_string()
    }

    /// Returns what is wrong, such as `expected i32, found "80"`.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    #[cold]
    pub(crate) fn new(reason: String) -> Self {
        Self(Box::new(Inner { segments: Vec::new(), reason }))
    }

    /// Creates a syntax error at a byte of the text.
    #[cold]
    pub(crate) fn syntax(what: &str, at: usize) -> Self {
        Self::new(format!("{what} at byte {at}"))
    }

    #[cold]
    pub(crate) fn not_utf8(error: &std::str::Utf8Error) -> Self {
        Self::syntax("not UTF-8", error.valid_up_to())
    }

    /// Adds a key, given with its quotes, to the front of the path.
    #[cold]
    pub(crate) fn at_key(mut self, quoted: &str) -> Self {
        let key = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        self.0.segments.push(Segment::Key(key.unwrap_or(quoted).to_owned()));
        self
    }

    /// Adds a field's name to the front of the path.
    #[cold]
    pub(crate) fn at_name(mut self, name: &str) -> Self {
        self.0.segments.push(Segment::Key(name.to_owned()));
        self
    }

    /// Adds a list index to the front of the path.
    #[cold]
    pub(crate) fn at_index(mut self, index: usize) -> Self {
        self.0.segments.push(Segment::Index(index));
        self
    }
}

struct Path<'a>(&'a [Segment]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.0.iter().rev().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if !is_plain(key) => write!(f, "[\"{key}\"]")?,
                Segment::Key(key) if depth == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// Returns whether a key needs no quotes in a path.
fn is_plain(key: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'$');
    !key.is_empty() && key.bytes().all(plain)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.segments.is_empty() {
            write!(f, "{}: ", Path(&self.0.segments))?;
        }
        f.write_str(&self.0.reason)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(reason.to_string())
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", Found(found)))
    }

    #[cold]
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }
}

/// A value that was found, in JSON's terms.
struct Found<'a>(Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Longer strings are truncated, in characters.
        const MAX_CHARS: usize = 60;
        match self.0 {
            Unexpected::Str(text) => match text.char_indices().nth(MAX_CHARS) {
                Some((end, _)) => write!(f, "{:?}…", &text[..end]),
                None => write!(f, "{text:?}"),
            },
            Unexpected::Bool(value) => value.fmt(f),
            Unexpected::Unsigned(number) => number.fmt(f),
            Unexpected::Signed(number) => number.fmt(f),
            Unexpected::Float(number) => number.fmt(f),
            Unexpected::Unit | Unexpected::Option => f.write_str("null"),
            Unexpected::Seq => f.write_str("a list"),
            Unexpected::Map => f.write_str("an object"),
            ref other => other.fmt(f),
        }
    }
}
