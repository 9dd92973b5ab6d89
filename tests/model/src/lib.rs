//! Holds the generated types to the facts of their releases: what each reads, it writes again.
//!
//! `cargo xtask regen` writes a test a release, `tests/rel_*.rs`, which hands the release's types to
//! the functions here. What they expect comes from `spec/` alone, read and understood here once more:
//! the generator's own reading of it is what is on trial.

mod catalog;
mod compare;
mod every_type;
mod facts;
mod random;
mod recorded;
mod shrink;
mod typed;
mod values;
mod written;

pub use catalog::holds_what_is_served;
pub use every_type::{keep_what_they_read, stand_for_every_definition};
pub use recorded::read_what_was_recorded;
pub use typed::Type;

use std::path::{Path, PathBuf};

/// A path in the repository.
fn in_repository(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a repository");
    root.join(path)
}
