//! The store: reads and writes objects by the rules of an API server.

mod api;
mod definitions;
mod handle;
mod initial_status;
mod namespaces;
mod part;
mod write;

pub use handle::Store;
pub(crate) use part::Part;
