//! Server-side apply: who owns which fields of an object, and what follows from it.
//!
//! The rules are those of KEP-555 and of "Server-Side Apply" in Kubernetes' documentation. Without
//! schemas the types of lists and maps are known by their names: see [`types`].

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
