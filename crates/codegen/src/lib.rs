//! The implementation of `cargo xtask`: generates one crate of types per Kubernetes release from its
//! OpenAPI spec, compares releases, and runs benches, simulations and end-to-end tests.
//!
//! It is not a library for users: nothing outside `xtask/` and this crate's tests depends on it.
//!
//! Start reading at [`generate`]. Generation has three steps, with I/O only at both ends: [`fetch`]
//! downloads a spec and stores its facts in `spec/`; `model` lowers the facts into a typed model of the
//! crate; `render` prints the model as Rust. [`regen`] is the command; [`cli`] has all commands. Only
//! `fetch` and `envtest` access the network.

mod bench;
mod cargo;
mod chaos;
mod checksum;
pub mod cli;
mod descriptions;
pub mod diff;
mod dist;
mod e2e;
mod envtest;
pub mod error;
mod facts;
pub mod fetch;
mod files;
pub mod generate;
mod history;
mod lean;
mod list_keys;
mod messages;
mod model;
mod names;
mod pins;
mod process;
mod protobuf;
pub mod regen;
pub mod release;
mod render;
pub mod root;
mod short_names;
mod simulate;
