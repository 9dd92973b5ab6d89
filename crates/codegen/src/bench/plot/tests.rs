//! The committed pictures, and what is said of missing figures.

use std::path::Path;

use super::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

#[test]
fn committed_pictures_are_fresh() {
    for (path, svg) in pictures(root(), Path::new("docs/pictures/figures.json")).unwrap() {
        let committed = files::read(&root().join(&path)).unwrap();
        assert!(committed == svg, "{} is stale: run `cargo xtask bench plot`", path.display());
    }
}

#[test]
fn missing_case_is_named_with_the_bench_that_prints_it() {
    let line = r#"{"bench":"watch","case":"Pod: CPU an event","ours":1.0,"peer":4.0,"unit":"µs"}"#;
    let error = rows::read(line).unwrap_err().to_string();
    assert!(error.contains("`cargo xtask bench list --json`"), "{error}");
    let error = rows::read(&line.replace("4.0", "null")).unwrap_err().to_string();
    assert!(error.contains("has no peer"), "{error}");
    let error = rows::read(&format!("{line}\n{{")).unwrap_err().to_string();
    assert!(error.starts_with("line 2"), "{error}");
}
