//! Normalizes rustc's messages: removes paths, line numbers and other parts that vary between builds.

use std::path::Path;

/// Keeps the fixture's own places. Of other files, which change for other reasons, only the path remains,
/// relative to the repository; of a long list of types only its last line.
pub(crate) fn normalize(messages: &str, fixture: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository's root");
    let text = messages.replace(&format!("{}/", root.display()), "");
    let text = text.replace("tests/tests/ui/", "tests/ui/");
    let text = text.replace("--> crates/", "--> $WORKSPACE/crates/");
    let text = text.replace("::: crates/", "::: $WORKSPACE/crates/");
    let diagnostics = text.split("\n\n").filter(|part| !is_summary(part));
    let mut kept: Vec<String> =
        diagnostics.map(|diagnostic| normalize_one(diagnostic.trim_end(), fixture)).collect();
    kept.retain(|diagnostic| !diagnostic.is_empty());
    kept.join("\n\n") + "\n"
}

/// The last lines: how many errors there were, and how to have them explained.
fn is_summary(part: &str) -> bool {
    ["error: aborting due to", "Some errors have detailed", "For more information about"]
        .iter()
        .any(|start| part.trim_start().starts_with(start))
}

fn normalize_one(diagnostic: &str, fixture: &str) -> String {
    let mut own = true;
    let mut lines = Vec::new();
    let (mut widest, mut widest_own) = (0, 0);
    for line in diagnostic.lines().filter(|line| !names_a_scratch_file(line)) {
        let (mark, place) = (line.trim_start(), line.find("--> ").or_else(|| line.find("::: ")));
        if let (true, Some(at)) = (mark.starts_with("--> ") || mark.starts_with("::: "), place) {
            let path = line[at + 4..].split(':').next().unwrap_or_default();
            own = path == fixture;
            lines.push(if own { line.to_owned() } else { line[..at + 4].to_owned() + path });
            continue;
        }
        match numbered(line) {
            Some(digits) => {
                widest = widest.max(digits.end);
                if own {
                    widest_own = widest_own.max(digits.len());
                    lines.push(line.to_owned());
                } else {
                    lines.push(" ".repeat(digits.end) + &line[digits.end..]);
                }
            }
            None => lines.push(line.to_owned()),
        }
    }
    // The gutter is as wide as the largest line number, which may be another file's.
    let spare = " ".repeat(widest - widest_own.min(widest));
    let lines = without_long_lists(lines);
    let narrowed = lines.iter().map(|line| line.strip_prefix(&*spare).unwrap_or(line).trim_end());
    narrowed.collect::<Vec<_>>().join("\n")
}

/// Names of types that are too long are written to a file, and rustc says where.
fn names_a_scratch_file(line: &str) -> bool {
    line.contains("the full name for the type has been written to")
        || line.contains("consider using `--verbose` to print the full type name")
}

/// Where the line number stands, in a line that quotes a source.
fn numbered(line: &str) -> Option<std::ops::Range<usize>> {
    let start = line.len() - line.trim_start().len();
    let digits = line[start..].bytes().take_while(u8::is_ascii_digit).count();
    let is_quote =
        digits > 0 && line[start + digits..].trim_start().starts_with(['|', '~', '+', '-']);
    is_quote.then_some(start..start + digits)
}

/// rustc picks a few of many types to list, and says how many others there are. Which ones it picks depends on
/// the releases that happen to be built: only the line with the number remains, without the number.
fn without_long_lists(lines: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut list_start = None;
    for line in lines {
        let counted =
            line.trim().strip_prefix("and ").and_then(|rest| rest.strip_suffix(" others"));
        match (counted, list_start) {
            (Some(count), Some(start)) if count.bytes().all(|byte| byte.is_ascii_digit()) => {
                kept.truncate(start);
                kept.push(line.replace(count, "$N"));
            }
            _ => kept.push(line),
        }
        if kept
            .last()
            .is_some_and(|line| line.contains("the following other types implement trait"))
        {
            list_start = Some(kept.len());
        }
    }
    kept
}

#[test]
fn other_files_lose_their_line_numbers_and_the_width_of_those() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().display();
    let printed = format!(
        "error[E0277]: no\n   --> tests/ui/a.rs:5:1\n    |\n  5 | let a;\n    | ^\n    |\n    = help: the following other types implement trait `T`:\n              A\n            and 12 others\nnote: here\n   --> {root}/crates/b.rs:123:9\n    |\n123 |     b\n    |     -\n\nerror: aborting due to 1 previous error\n\nFor more information about this error, try `rustc --explain E0277`.\n"
    );
    let expected = "error[E0277]: no\n --> tests/ui/a.rs:5:1\n  |\n5 | let a;\n  | ^\n  |\n  = help: the following other types implement trait `T`:\n          and $N others\nnote: here\n --> $WORKSPACE/crates/b.rs\n  |\n  |     b\n  |     -\n";
    assert_eq!(normalize(&printed, "tests/ui/a.rs"), expected);
}
