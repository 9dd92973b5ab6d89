//! Conformance cases: the behavior of a Kubernetes API server that watchers rely on.
//!
//! The cases are data in `cases/*.toml`, in the format of [`Case`]. `cargo test` runs them on the
//! embedded server, `cargo xtask e2e` on a real one. Where the two differ, the embedded server is wrong.

mod case;
mod encoding;
mod run;
mod shape;
mod target;
mod wire;

pub use case::{Case, Step, cases};
pub use run::{Outcome, run};
pub use target::{Control, Needs, RUN_LABEL, Release, Target};
