//! From the OpenAPI spec of a Kubernetes release to the crate of its types.
//!
//! Three steps, with I/O only at the ends: [`fetch`] downloads a spec and keeps its facts in
//! `spec/`; `model` makes of the facts a typed picture of the crate to be; `render` prints it.
//! [`generate`] joins them and writes the files, or says which would change. [`regen`] is the command
//! that does all of it for a new release; [`diff`] compares two. Only `fetch` touches the network.

mod bench;
mod cargo;
pub mod cli;
mod descriptions;
pub mod diff;
mod e2e;
mod envtest;
pub mod error;
mod facts;
pub mod fetch;
mod files;
pub mod generate;
mod history;
mod model;
mod names;
mod pins;
pub mod regen;
pub mod release;
mod render;
pub mod root;
mod short_names;
mod simulate;
