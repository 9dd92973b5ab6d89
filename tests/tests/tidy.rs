//! Checks conventions of this repository that the compiler does not check.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files longer than this hold more than one concept, as a rule.
const LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository's root")
}

/// Our own Rust files: neither generated ones nor fixtures that are wrong on purpose.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            let foreign =
                name.starts_with('.') || ["target", "models", "ui", "fixtures"].contains(&name);
            if !foreign {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_says_first_what_it_is_for_and_is_not_long() {
    let mut files = Vec::new();
    sources(root(), &mut files);
    assert!(files.len() > 100, "only {} files were found", files.len());
    let mut faults = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        if text.starts_with("// @generated ") {
            continue;
        }
        let said = text.lines().find(|line| !line.starts_with("// ") && !line.is_empty());
        if !said.is_some_and(|line| line.starts_with("//! ")) {
            faults.push(format!("{} does not start with a //! line", file.display()));
        }
        let lines = text.lines().count();
        if lines > LINES {
            faults.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a tool leaves behind is easily committed with everything else.
#[test]
fn binary_files_are_recorded_data_and_fuzz_inputs() {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let files: Vec<_> = listed.split_terminator('\0').collect();
    assert!(files.len() > 100, "git lists only {} files", files.len());
    let folders = ["benches/data/", "fuzz/corpus/", "tests/data/"];
    let strays: Vec<_> = files
        .into_iter()
        .filter(|file| !folders.iter().any(|folder| file.starts_with(folder)))
        // One that was deleted is listed until that is committed.
        .filter(|file| fs::read(root().join(file)).is_ok_and(|bytes| bytes.contains(&0)))
        .collect();
    assert!(strays.is_empty(), "they have zero bytes, and do not belong here: {strays:?}");
}

/// The shim's lock file decides what `cargo xtask` is built from: the same as the tests.
#[test]
fn xtask_is_built_from_the_versions_that_are_tested() {
    let versions = |lock: &str| -> Vec<(String, String)> {
        let text = fs::read_to_string(root().join(lock)).unwrap();
        let packages = text.split("[[package]]").skip(1);
        let value = |package: &str, key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_matches(|c: char| " =\"".contains(c)).to_owned()
        };
        packages.map(|p| (value(p, "name"), value(p, "version"))).collect()
    };
    let tested = versions("Cargo.lock");
    let other: Vec<_> = versions("xtask/Cargo.lock")
        .into_iter()
        .filter(|package| package.0 != "xtask" && !tested.contains(package))
        .collect();
    assert!(
        other.is_empty(),
        "xtask/Cargo.lock has other versions: {other:?}; copy Cargo.lock over it and run `cargo xtask regen`"
    );
}

/// rustdoc checks no link from a crate to one that depends on it.
#[test]
fn links_from_the_protocol_to_its_runtime_lead_somewhere() {
    let texts = |folder: &str| -> Vec<String> {
        let mut files = Vec::new();
        sources(&root().join(folder), &mut files);
        files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
    };
    let runtime = texts("crates/watch-runtime/src");
    let has = |item: String| runtime.iter().any(|text| text.contains(&item));
    let mut links = Vec::new();
    for text in texts("crates/watch-protocol/src") {
        for link in text.split("(../watch_runtime/").skip(1) {
            links.push(link.split_once(')').expect("an address ends").0.to_owned());
        }
    }
    assert!(!links.is_empty(), "no link was found");
    for link in links {
        let (page, method) = link.split_once("#method.").unwrap_or((&link, ""));
        let name = page.strip_prefix("struct.").and_then(|page| page.strip_suffix(".html"));
        let name = name.unwrap_or_else(|| panic!("{link} is not to a struct"));
        assert!(has(format!("pub struct {name}<")), "{link}: no such struct");
        assert!(method.is_empty() || has(format!("pub fn {method}(")), "{link}: no such method");
    }
}

/// What docs/faults.md must have a row for, by how the row begins.
const CELLS_AND_FAULTS: [&str; 49] = [
    "unmanaged, no version",
    "unmanaged, a version",
    "managed, no version",
    "managed, a version",
    "managed, from the oldest event",
    "`timeout` not set",
    "`timeout` set, and set to",
    "`quit_on_timeout`",
    "`allow_watch_bookmarks`",
    "`update_resource_version`",
    "inside the loop",
    "from another task",
    "while idle",
    "while connecting",
    "while backing off",
    "streaming again",
    "dropping the stream",
    "cancelled `next()`",
    "`Send`",
    "blocking",
    "streaming list, and",
    "streaming list rejected",
    "paged list",
    "list from the watch cache",
    "expired continue token",
    "progress in `status()`",
    "watch timeout",
    "broken connection",
    "truncated event",
    "events split across chunks",
    "idle connection",
    "410: as HTTP error",
    "410 without `repair_gaps`",
    "429, 502, 503, 504",
    "`Retry-After`",
    "`Too large resource version`",
    "rolled back server",
    "object that does not decode",
    "unknown event type",
    "malformed response",
    "lost DELETED event",
    "repeated event",
    "restarted API server",
    "expired credentials",
    "unreachable server",
    "backoff",
    "reconnect storm",
    "401, 403, 404, 405, 422, 500",
    "logs, metrics, errors",
];

/// A row of a table in docs/faults.md, and the tests that it names.
fn rows() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(root().join("docs/faults.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")).filter_map(|line| {
        let (what, tests) = line.split_once(" | ").expect("two cells");
        let named = tests.split('`').skip(1).step_by(2).map(str::to_owned);
        (what != "what").then(|| (what.to_owned(), named.collect()))
    });
    rows.collect()
}

#[test]
fn every_cell_and_fault_has_a_row() {
    let rows = rows();
    let missing: Vec<_> = CELLS_AND_FAULTS
        .iter()
        .filter(|fault| !rows.iter().any(|(what, _)| what.starts_with(**fault)))
        .collect();
    assert!(missing.is_empty(), "docs/faults.md has no row for {missing:?}");
}

#[test]
fn every_test_that_a_row_names_exists() {
    let mut files = Vec::new();
    for folder in ["crates", "tests"] {
        sources(&root().join(folder), &mut files);
    }
    let mut tests = std::collections::HashSet::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let marked = pair[0] == "#[test]" || pair[0].starts_with("#[tokio::test");
            let name = pair[1].trim_start_matches("async ").strip_prefix("fn ");
            if let Some((name, _)) = name.filter(|_| marked).and_then(|name| name.split_once('(')) {
                tests.insert(name.to_owned());
            }
        }
    }
    assert!(tests.len() > 300, "only {} tests were found", tests.len());
    let mut faults = Vec::new();
    for (what, named) in rows() {
        if named.is_empty() {
            faults.push(format!("{what}: no test"));
        }
        let gone = named.iter().filter(|name| !tests.contains(*name));
        faults.extend(gone.map(|name| format!("{what}: there is no test {name}")));
    }
    assert!(faults.is_empty(), "docs/faults.md:\n{}", faults.join("\n"));
}
