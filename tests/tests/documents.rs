//! Documents: what they link to exists, and the index of findings has all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository's root")
}

/// The names in a folder that end like this, sorted.
fn names(folder: &Path, ending: &str) -> BTreeSet<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned())).collect()
}

/// Documents outside of the guide, which has a check of its own.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let crates = names(&root().join("crates"), "").into_iter().map(|name| format!("crates/{name}"));
    let folders = ["", "docs", "deploy", "findings", "benches", "fuzz", ".github/ISSUE_TEMPLATE"];
    for folder in folders.into_iter().map(str::to_owned).chain(crates) {
        let folder = root().join(folder);
        found.extend(names(&folder, ".md").iter().map(|name| folder.join(format!("{name}.md"))));
    }
    found
}

/// The text without blocks of code, in which brackets are no links.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// What is wrong with a link in a document.
fn broken(document: &Path, target: &str) -> Option<String> {
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let file = match path {
        "" => document.to_owned(),
        path => document.parent().unwrap().join(path),
    };
    if !file.exists() {
        return Some(format!("there is no {path}"));
    }
    if fragment.is_empty() || file.extension().is_none_or(|extension| extension != "md") {
        return None;
    }
    let text = prose(&fs::read_to_string(&file).unwrap());
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    (!headings.any(|heading| anchor(heading) == fragment))
        .then(|| format!("{} has no heading for #{fragment}", file.display()))
}

#[test]
fn links_lead_somewhere() {
    let (mut faults, mut links) = (Vec::new(), 0);
    for document in documents() {
        let text = prose(&fs::read_to_string(&document).unwrap());
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            links += 1;
            let fault = broken(&document, target);
            faults.extend(fault.map(|fault| format!("{}: {fault}", document.display())));
        }
    }
    assert!(links > 50, "only {links} links were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A row of the index: the finding, the file that it links to, and the date of its last run.
fn findings() -> Vec<(String, String, String)> {
    let text = fs::read_to_string(root().join("findings/README.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ["));
    rows.map(|row| {
        let (name, rest) = row.split_once("](").expect("a link");
        let (file, rest) = rest.split_once(") | ").expect("a cell");
        let (date, _) = rest.split_once(" | ").expect("a date");
        (name.to_owned(), file.to_owned(), date.to_owned())
    })
    .collect()
}

#[test]
fn every_finding_is_in_the_index() {
    let rows = findings();
    let indexed: BTreeSet<_> = rows.iter().map(|(name, ..)| name.clone()).collect();
    assert_eq!(indexed, names(&root().join("findings"), ".sh"), "findings/README.md");
    for (name, file, date) in &rows {
        assert_eq!(*file, format!("{name}.sh"));
        let parts: Vec<_> = date.split('-').map(str::parse::<u32>).collect();
        let is_date = matches!(parts[..], [Ok(2026..), Ok(1..=12), Ok(1..=31)]);
        assert!(is_date, "{name} has never run: `findings/run {name}`, which writes the date");
    }
    assert!(!rows.is_empty());
}
