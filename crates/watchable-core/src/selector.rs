//! Label and field selectors: their grammar, and whether an object fits one.
//!
//! The grammar is that of the Kubernetes documentation's pages "Labels and Selectors" and
//! "Field Selectors".

mod field;
mod label;

use std::error::Error;
use std::fmt;

pub use field::{FieldRequirement, FieldSelector};
pub use label::{LabelRequirement, LabelSelector};

/// A selector that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorError(String);

impl SelectorError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for SelectorError {}
