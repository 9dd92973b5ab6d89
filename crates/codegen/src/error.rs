//! The error type: one line for what went wrong, plus what was left in place and a hint.

use std::fmt;
use std::path::Path;

/// A failure that names the file or URL, with a hint if there is one.
#[derive(Debug)]
pub struct Failure {
    what: String,
    left: Option<String>,
    hint: Option<String>,
}

/// The result of every fallible function of this crate.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// Returns a failure without a hint.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), left: None, hint: None }
    }

    /// Adds a hint on how to fix it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds what earlier steps have left in place.
    pub(crate) fn left_in_place(self, left: impl Into<String>) -> Self {
        Self { left: Some(left.into()), ..self }
    }

    /// Prefixes the place where it happened: a file or a URL.
    pub(crate) fn within(self, place: impl fmt::Display) -> Self {
        Self { what: format!("{place}: {}", self.what), ..self }
    }

    pub(crate) fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for (title, text) in [("left in place", &self.left), ("hint", &self.hint)] {
            if let Some(text) = text {
                write!(f, "\n{title}: {text}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
