//! What is committed: fresh, and complete by the specs.
//!
//! What is expected is worked out here from the bare JSON of `spec/`, without the generator's code. By default
//! only the newest release is checked; CI checks all, with the feature `every-release`.

mod field_names;
mod places;
mod release;
mod rust_types;
mod source;
mod types;
mod views;
mod watchables;

use codegen::generate::{Mode, generate};

#[test]
fn the_repository_is_fresh() {
    let releases = release::releases().iter().map(|release| {
        release.name.trim_start_matches("rel_").replace('_', ".").parse().unwrap()
    });
    let changes = generate(&release::root(), &releases.collect::<Vec<_>>(), Mode::Check).unwrap();
    let lines: Vec<_> = changes.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
