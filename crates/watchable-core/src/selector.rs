//! Label, field and shard selectors: parsing, and matching of objects.
//!
//! The grammar is that of the Kubernetes documentation's pages "Labels and Selectors" and "Field Selectors", and of
//! KEP-5866.

mod error;
mod field;
mod label;
mod shard;

pub use error::SelectorError;
pub use field::{FieldRequirement, FieldSelector};
pub use label::{LabelRequirement, LabelSelector};
pub use shard::ShardRange;
