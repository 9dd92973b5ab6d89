//! The guide builds, every page is in it, every Rust snippet is compiled, and each link leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use watchables_guide::{build, repository, source};

fn pages() -> Vec<PathBuf> {
    let entries = fs::read_dir(source()).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    assert!(!pages.is_empty(), "there are no pages");
    pages
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading = None;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = heading.take().unwrap_or_default().to_lowercase();
                let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
                let slug = heading.chars().filter(kept).collect::<String>().replace(' ', "-");
                let numbered = (1..).map(|number| format!("{slug}-{number}"));
                let free = std::iter::once(slug.clone())
                    .chain(numbered)
                    .find(|slug| !anchors.contains(slug));
                anchors.extend(free);
            }
            _ => {}
        }
    }
    anchors
}

/// What is wrong with a link from a file of the repository to another.
fn fault(file: &Path, anchor: Option<&str>) -> Option<String> {
    if !file.exists() {
        return Some("no such file".to_owned());
    }
    let anchor = anchor?;
    let text = fs::read_to_string(file).ok()?;
    (!anchors(&text).contains(anchor)).then(|| "no such heading".to_owned())
}

#[test]
fn each_link_of_a_page_leads_somewhere() {
    let mut faults = Vec::new();
    let mut checked = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            if dest_url.contains("://") {
                continue;
            }
            checked += 1;
            let (path, anchor) = match dest_url.split_once('#') {
                Some((path, anchor)) => (path, Some(anchor)),
                None => (&*dest_url, None),
            };
            let target = if path.is_empty() { page.clone() } else { source().join(path) };
            if let Some(fault) = fault(&target, anchor) {
                faults.push(format!("{}: {dest_url}: {fault}", page.display()));
            }
        }
    }
    assert!(checked > 20, "only {checked} links were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The values of an attribute in a page of HTML.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(&*start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn each_link_of_the_built_book_leads_somewhere() {
    let folder = tempfile::tempdir().unwrap();
    let files = build(folder.path()).expect("the book builds");
    let mut html = BTreeMap::new();
    for page in pages() {
        let name = page.with_extension("html").file_name().unwrap().to_owned();
        if name == "SUMMARY.html" {
            continue;
        }
        let text = fs::read_to_string(folder.path().join(&name))
            .unwrap_or_else(|error| panic!("SUMMARY.md does not have {}: {error}", page.display()));
        html.insert(name.into_string().unwrap(), text);
    }
    let mut faults = Vec::new();
    for (page, text) in &html {
        for link in attributes(text, "href") {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let fault = if let Some(path) = path.strip_prefix(&files) {
                fault(&repository().join(path), Some(anchor).filter(|anchor| !anchor.is_empty()))
            } else if path.contains("://") {
                None
            } else {
                let target = if path.is_empty() { page } else { path };
                match html.get(target) {
                    Some(target) => (!anchor.is_empty()
                        && !attributes(target, "id").contains(&anchor))
                    .then(|| "no such anchor".to_owned()),
                    None => {
                        (!folder.path().join(target).exists()).then(|| "no such file".to_owned())
                    }
                }
            };
            faults.extend(fault.map(|fault| format!("{page}: {link}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_page_with_rust_is_compiled() {
    let compiled = include_str!("../src/snippets.rs");
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let name = page.file_name().unwrap().to_str().unwrap();
        let is_compiled = compiled.contains(&format!("\"{name}\""));
        assert_eq!(
            text.contains("```rust"),
            is_compiled,
            "{name} and src/snippets.rs do not agree"
        );
    }
    assert!(!compiled.contains("ignore"));
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let ignored =
            text.lines().find(|line| line.starts_with("```rust") && line.contains("ignore"));
        assert_eq!(ignored, None, "{}: every snippet is compiled", page.display());
    }
}
