//! Renders the test that passes a release's types to `model-tests`, and its manifest entry.

use std::fmt::Write as _;

use super::print::header;
use crate::model::Model;
use crate::release::Release;

/// Returns the file of the test. Formatted by hand: prettyplease would split each type over several lines.
pub(crate) fn every_type(model: &Model) -> String {
    let (release, name) = (model.release, model.release.crate_name());
    let mut text = header(model, "//");
    let _ = write!(
        text,
        "//! Tests every type of Kubernetes {release}.\n\n\
         use model_tests::Type;\n\n\
         #[rustfmt::skip]\nconst TYPES: &[Type] = &[\n"
    );
    for (definition, type_) in &model.types {
        let home = &type_.home;
        let _ = writeln!(
            text,
            "    Type::of::<{name}::{}::{}>({definition:?}),",
            home.module(),
            home.name
        );
    }
    text.push_str("];\n");
    let catalog = format!("{name}::CATALOG");
    for (test, function, argument) in [
        ("types_cover_every_definition", "cover_every_definition", "TYPES"),
        ("types_round_trip_random_objects", "round_trip_random_objects", "TYPES"),
        ("types_round_trip_recorded_objects", "round_trip_recorded_objects", "TYPES"),
        (
            "types_decode_random_objects_from_both_wires",
            "decode_random_objects_from_both_wires",
            "TYPES",
        ),
        ("types_are_lean", "are_lean", "TYPES"),
        ("catalog_matches_served_resources", "matches_served_resources", &catalog),
    ] {
        let _ = write!(
            text,
            "\n#[test]\nfn {test}() {{\n    model_tests::{function}(\"{release}\", {argument});\n}}\n"
        );
    }
    text
}

/// Returns the generated regions of the manifest of `model-tests`: name and lines. The newest release is always
/// tested, the others with the feature `every-release`.
pub(crate) fn tested_releases(releases: &[Release]) -> [(&'static str, String); 3] {
    let newest = releases.iter().max();
    let others = || releases.iter().filter(|release| Some(*release) != newest);
    let dependency = |release: &Release| {
        let name = release.crate_name();
        let optional = if Some(release) == newest { "" } else { ", optional = true" };
        let package = release.package_name();
        format!(
            "{name} = {{ package = \"{package}\", path = \"../../crates/models/{name}\"{optional} }}\n"
        )
    };
    let enabled: Vec<_> =
        others().map(|release| format!("\"dep:{}\"", release.crate_name())).collect();
    let test = |release: &Release| {
        let name = release.crate_name();
        format!("[[test]]\nname = \"{name}\"\nrequired-features = [\"every-release\"]\n\n")
    };
    [
        ("features", format!("every-release = [{}]\n", enabled.join(", "))),
        ("releases", releases.iter().map(dependency).collect()),
        ("tests", others().map(test).collect()),
    ]
}
