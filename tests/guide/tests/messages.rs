//! The pages of troubleshooting have every text that the libraries and the command may print, and no other.

use std::collections::BTreeSet;
use std::fs;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use watchables_guide::{messages, normal, repository, source, word_count};

/// A literal with fewer words is part of a text that says more, or is not for people.
const WORDS: usize = 4;

const CRATES: [&str; 10] = [
    "watch-durable",
    "watch-filter",
    "watch-protocol",
    "watch-recording",
    "watch-relay",
    "watch-runtime",
    "watch-store",
    "watchable-core",
    "watchables",
    "watchables-cli",
];

/// Files and folders whose texts are no messages, and why.
const FILES: [(&str, &str); 9] = [
    ("watch-relay/src/listen/metrics.rs", "descriptions of metrics"),
    ("watch-relay/src/shards/simulation", "tests"),
    ("watch-relay/src/sink/postgres/statements.rs", "SQL"),
    ("watch-runtime/src/metrics/names.rs", "descriptions of metrics"),
    ("watchables-cli/src/completion/bash.rs", "a shell script"),
    ("watchable-core/src/schema_or.rs", "what serde expects, in a longer text"),
    ("watchable-core/src/json/field_table.rs", "asserted at compile time"),
    ("watchable-core/src/protobuf/number_table.rs", "asserted at compile time"),
    ("watch-store/src/diff/table.rs", "of a file that is compiled in and tested"),
];

/// The help of an option's values, what other programs read or have written, and SQL.
const TEXTS: [&str; 19] = [
    "GET /version HTTP/1.1 Host: … Connection: close",
    "no viable alternative at input",
    "token recognition error at",
    "A table, such as NAME:.metadata.name,NODE:.spec.nodeName",
    "One JSON document per line, as sent by the API server",
    "One YAML document per event, with the object",
    "Resource and name, such as pod/web-1",
    "The columns that kubectl prints, which the server computes",
    "The same with more columns, as in kubectl",
    "The same, with a line of headers and a line of paths in a file",
    "The same, with the template in a file",
    "Type, namespace and name",
    "What the template has of each object, such as '{.metadata.name} {.status.phase}'",
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    "ROLLBACK TO m; RELEASE m",
    "SELECT FROM pg_namespace WHERE nspname = $1",
    "SELECT tablename::text FROM pg_tables WHERE schemaname = $1",
    "SET LOCAL search_path = …; …; COMMIT",
    SESSION,
];

const SESSION: &str = "SET idle_in_transaction_session_timeout = '5s'; SET statement_timeout = …; SET lock_timeout = …; SET work_mem = '32MB'; \
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; \
    SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";

/// The code in the first cells of the tables of a page.
fn entries(markdown: &str) -> Vec<String> {
    let mut entries = Vec::new();
    let (mut cell, mut is_head) = (1, false);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::TableHead) => is_head = true,
            Event::End(TagEnd::TableHead) => is_head = false,
            Event::Start(Tag::TableRow) => cell = 0,
            Event::End(TagEnd::TableCell) => cell += 1,
            Event::End(TagEnd::Table) => cell = 1,
            Event::Code(text) if cell == 0 && !is_head => entries.push(text.into_string()),
            _ => {}
        }
    }
    entries
}

fn all_entries() -> Vec<String> {
    let mut all = Vec::new();
    for file in fs::read_dir(source()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("troubleshooting") {
            all.extend(entries(&fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(all.len() > 100, "only {} entries were found", all.len());
    all
}

#[test]
fn each_message_has_an_entry_and_each_entry_a_message() {
    let crates = repository().join("crates");
    let entries = all_entries();
    let (mut missing, mut known, mut skipped) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut checked = 0;
    for name in CRATES {
        for message in messages(&crates.join(name).join("src"), 2).unwrap() {
            let file = message.file.strip_prefix(&crates).unwrap().display().to_string();
            let passed =
                FILES.iter().map(|(file, _)| *file).find(|passed| file.starts_with(passed));
            let passed = passed.or(TEXTS.into_iter().find(|text| *text == message.text));
            if let Some(passed) = passed {
                skipped.insert(passed);
                continue;
            }
            let with_it: Vec<_> =
                entries.iter().filter(|entry| entry.contains(&message.text)).collect();
            if word_count(&message.text) >= WORDS {
                checked += 1;
                if with_it.is_empty() {
                    missing.push(format!("{file}\t{}", message.text));
                }
            }
            known.extend(with_it);
        }
    }
    assert!(checked > 300, "only {checked} messages were found");
    let unknown: Vec<_> = entries
        .iter()
        .filter(|entry| !known.contains(entry) && word_count(&normal(entry)) > 1)
        .collect();
    let gone: Vec<_> = FILES
        .iter()
        .map(|(file, _)| *file)
        .chain(TEXTS)
        .filter(|text| !skipped.contains(text))
        .collect();
    assert!(
        missing.is_empty() && unknown.is_empty() && gone.is_empty(),
        "docs/guide/src/troubleshooting*.md lack these texts:\n{}\n\nand have these, which the code has not:\n{unknown:#?}\n\n\
         no longer in the code, and passed over here: {gone:?}",
        missing.join("\n")
    );
}

/// Texts of the compiler that pages show are those of the fixtures.
#[test]
fn each_error_of_the_compiler_is_that_of_a_fixture() {
    let mut fixtures = String::new();
    for folder in ["watch", "attribute", "multiplexed"] {
        for file in fs::read_dir(repository().join("tests/tests/ui").join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "stderr") {
                fixtures += &fs::read_to_string(path).unwrap();
            }
        }
    }
    let mut checked = 0;
    for file in fs::read_dir(source()).unwrap() {
        let path = file.unwrap().path();
        let page = fs::read_to_string(&path).unwrap();
        for line in page.lines().filter(|line| line.starts_with("error[E")) {
            checked += 1;
            assert!(fixtures.contains(line), "{}: no fixture has {line}", path.display());
        }
    }
    assert!(checked >= 3, "only {checked} texts of the compiler were found");
}
