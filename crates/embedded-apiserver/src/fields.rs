//! Server-side apply and field management.
//!
//! The rules are those of KEP-555 and of "Server-Side Apply" in the Kubernetes documentation. There are no
//! schemas: field names determine the types of lists and maps, see [`types`].

mod apply;
mod managers;
mod path;
mod set;
mod tree;
mod types;
mod update;

pub(crate) use apply::apply;
pub(crate) use managers::Writer;
pub(crate) use update::record;
