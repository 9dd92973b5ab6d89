//! The store: reads and writes objects by the rules of an API server.

mod api;
mod definitions;
mod deletion;
mod handle;
mod initial_status;
mod manifest_error;
mod manifests;
mod namespaces;
mod part;
mod propagation;
mod terminating;
mod write;

pub use handle::Store;
pub use manifest_error::ManifestError;
pub(crate) use part::Part;
pub(crate) use propagation::Propagation;
