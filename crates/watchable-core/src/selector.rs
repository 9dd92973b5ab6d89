//! Label and field selectors: parsing, and matching of objects.
//!
//! The grammar is that of the Kubernetes documentation's pages "Labels and Selectors" and "Field Selectors".

mod error;
mod field;
mod label;

pub use error::SelectorError;
pub use field::{FieldRequirement, FieldSelector};
pub use label::{LabelRequirement, LabelSelector};
