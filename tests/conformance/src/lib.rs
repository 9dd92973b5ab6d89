//! What a Kubernetes API server shows a watcher, as cases that any server can be held to.
//!
//! The cases are data: `cases/*.toml`, whose format is that of [`Case`]. `cargo test` runs them against
//! the embedded server, `cargo xtask e2e` against a real one. Where the two differ, the embedded one
//! is wrong.

mod case;
mod run;
mod shape;
mod target;

pub use case::{Case, Step, cases};
pub use run::{Outcome, run};
pub use target::{Control, Needs, RUN_LABEL, Release, Target};
