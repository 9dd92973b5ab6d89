//! What is wrong with a document, and where in it.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// Why a document could not be decoded: the place, by its path, and the reason.
// Boxed: what is handed back for every value is better small.
#[derive(Debug)]
pub struct Error(Box<Fault>);

#[derive(Debug)]
struct Fault {
    /// From the innermost outwards: an error learns where it happened on its way up.
    steps: Vec<Step>,
    reason: String,
}

#[derive(Debug)]
enum Step {
    Key(String),
    Index(usize),
}

impl Error {
    /// The path of the value at fault, such as `spec.containers[2].image`; empty where it is the
    /// document itself.
    pub fn path(&self) -> String {
        Path(&self.0.steps).to_string()
    }

    /// What is wrong there.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    #[cold]
    pub(super) fn new(reason: String) -> Self {
        Self(Box::new(Fault { steps: Vec::new(), reason }))
    }

    /// The text itself is at fault, at a byte of it.
    #[cold]
    pub(super) fn syntax(what: &str, at: usize) -> Self {
        Self::new(format!("{what} at byte {at}"))
    }

    #[cold]
    pub(super) fn not_utf8(error: &std::str::Utf8Error) -> Self {
        Self::syntax("not UTF-8", error.valid_up_to())
    }

    /// It happened at a key, given in its quotes.
    #[cold]
    pub(super) fn in_key(mut self, quoted: &str) -> Self {
        let key = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        self.0.steps.push(Step::Key(key.unwrap_or(quoted).to_owned()));
        self
    }

    #[cold]
    pub(super) fn in_item(mut self, index: usize) -> Self {
        self.0.steps.push(Step::Index(index));
        self
    }
}

struct Path<'a>(&'a [Step]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.iter().rev().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if !is_plain(key) => write!(f, "[\"{key}\"]")?,
                Step::Key(key) if depth == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// Whether a key can stand in a path without quotes.
fn is_plain(key: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'$');
    !key.is_empty() && key.bytes().all(plain)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.steps.is_empty() {
            write!(f, "{}: ", Path(&self.0.steps))?;
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

/// What was found, in JSON's words.
struct Found<'a>(Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Longer texts are cut: they would bury the message.
        const SHOWN: usize = 60;
        match self.0 {
            Unexpected::Str(text) => match text.char_indices().nth(SHOWN) {
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
