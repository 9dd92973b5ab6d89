//! Tests of the committed crates: up to date, and complete according to the specs.
//!
//! Expectations are computed from the JSON of `spec/`, without the generator's code. By default only the
//! newest release is checked; CI checks all of them, with the feature `every-release`.

mod boxes;
mod field_names;
mod places;
mod release;
mod rust_types;
mod source;
mod types;
mod views;
mod watchables;
mod zeros;

use codegen::generate::{Mode, generate};

#[test]
fn generated_files_are_up_to_date() {
    let releases = release::releases()
        .iter()
        .map(|release| release.name.trim_start_matches("rel_").replace('_', ".").parse().unwrap());
    let changes = generate(&release::root(), &releases.collect::<Vec<_>>(), Mode::Check).unwrap();
    let lines: Vec<_> = changes.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
