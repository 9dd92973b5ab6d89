//! Tests that the generated types round-trip the objects of their release.
//!
//! `cargo xtask regen` writes a test file per release, `tests/rel_*.rs`, which calls the functions here with the
//! release's types. The expectations are derived from `spec/` alone, by a second, independent interpretation:
//! the generator's interpretation is under test.

mod catalog;
mod compare;
mod expected;
mod facts;
mod random;
mod recorded;
mod round_trip;
mod shrink;
mod typed;
mod values;

pub use catalog::holds_what_is_served;
pub use recorded::read_what_was_recorded;
pub use round_trip::{keep_what_they_read, stand_for_every_definition};
pub use typed::Type;

use std::path::{Path, PathBuf};

/// Returns a path in the repository.
fn in_repository(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a repository");
    root.join(path)
}
