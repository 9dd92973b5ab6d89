//! Tests that the generated types round-trip the objects of their release.
//!
//! `cargo xtask regen` writes a test file per release, `tests/rel_*.rs`, which calls the functions here with the
//! release's types. The expectations are derived from `spec/` alone, by a second, independent interpretation:
//! the generator's interpretation is under test.

mod both_wires;
mod catalog;
mod compare;
mod diffs;
mod encoded;
mod expected;
mod facts;
mod golden;
mod random;
mod recorded;
mod round_trip;
mod shrink;
mod sizes;
mod typed;
mod values;

pub use catalog::matches_served_resources;
pub use diffs::{diff_lists_with_keys, diff_random_objects};
pub use encoded::decode_random_objects_from_both_wires;
pub use recorded::round_trip_recorded_objects;
pub use round_trip::{cover_every_definition, round_trip_random_objects};
pub use sizes::are_lean;
pub use typed::Type;

use std::path::{Path, PathBuf};

/// Returns a path in the repository.
fn in_repository(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a repository");
    root.join(path)
}
