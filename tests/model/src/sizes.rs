//! Checks the sizes of the types: a bound on each, and the table of the largest in docs/performance.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::{Type, in_repository};

/// The largest that a type may be, in bytes on a 64-bit machine.
const BOUND: usize = 2_200;
/// How many types the table has.
const LISTED: usize = 100;

const DOCUMENT: &str = "docs/performance.md";
const END: &str = "<!-- sizes: end -->";

/// Checks that no type is larger than the bound, and the table of the largest if it is of this release.
///
/// # Panics
///
/// If one is larger, or if the table differs; the message has the right one.
pub fn are_lean(release: &str, types: &[Type]) {
    for type_ in types {
        let (definition, size) = (type_.definition, type_.size);
        assert!(
            size <= BOUND,
            "{definition} of {release} takes {size} bytes, more than {BOUND}: see crates/codegen/src/lean.rs"
        );
    }
    let text = std::fs::read_to_string(in_repository(DOCUMENT)).expect("the document");
    assert!(text.contains("<!-- sizes in "), "{DOCUMENT} has no table of sizes");
    let Some((_, rest)) = text.split_once(&format!("<!-- sizes in {release}: begin -->\n")) else {
        return;
    };
    let (table, right) = (rest.split_once(END).map(|(table, _)| table), table_of(types));
    assert!(table == Some(&right), "the table of sizes in {DOCUMENT} is to be\n{right}");
}

/// Returns the sizes, largest first, each with the types that have it.
fn table_of(types: &[Type]) -> String {
    let mut largest: Vec<_> = types.iter().map(|type_| (type_.size, type_.definition)).collect();
    largest.sort_by_key(|(size, definition)| (std::cmp::Reverse(*size), *definition));
    largest.truncate(LISTED);
    let mut by_size: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (size, definition) in largest {
        by_size.entry(size).or_default().push(format!("`{}`", short(definition)));
    }
    let mut table = String::from("| bytes | types |\n|--:|---|\n");
    for (size, names) in by_size.iter().rev() {
        let _ = writeln!(table, "| {size} | {} |", names.join(", "));
    }
    table
}

/// Returns the last two parts of a definition's name: `v1.Pod`.
fn short(definition: &str) -> &str {
    match definition.rmatch_indices('.').nth(1) {
        Some((at, _)) => &definition[at + 1..],
        None => definition,
    }
}
