//! What went wrong, told in one line, with what stays of it and the way to mend it.

use std::fmt;
use std::path::Path;

/// A failure that names the file or URL at fault, and where known the mend.
#[derive(Debug)]
pub struct Failure {
    what: String,
    left: Option<String>,
    mend: Option<String>,
}

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure without a known mend.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), left: None, mend: None }
    }

    /// Tells how to mend it.
    pub fn mend(self, mend: impl Into<String>) -> Self {
        Self { mend: Some(mend.into()), ..self }
    }

    /// Tells what had been done before, and stays.
    pub(crate) fn left(self, left: impl Into<String>) -> Self {
        Self { left: Some(left.into()), ..self }
    }

    /// Tells where it happened: a file or a URL.
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
        for (title, text) in [("left in place", &self.left), ("hint", &self.mend)] {
            if let Some(text) = text {
                write!(f, "\n{title}: {text}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
