//! Builds the book with mdBook. Links out of the book become links to the repository.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use mdbook_driver::MDBook;
use mdbook_driver::book::{Book, BookItem};
use mdbook_driver::config::Config;
use pulldown_cmark::{Event, Parser, Tag};

/// Where the repository's files are on the web.
const FILES: &str = "/blob/main/";

/// The root of the repository.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("it is two folders down").to_owned()
}

/// The folder of the pages.
pub fn source() -> PathBuf {
    repository().join("docs/guide/src")
}

/// Builds the book into a folder, which is emptied before. Returns the address of the repository's files on the web.
///
/// # Errors
///
/// Fails if a page cannot be read, or is not where the summary says.
pub fn build(folder: &Path) -> Result<String> {
    let root = repository().join("docs/guide");
    let mut config = Config::from_disk(root.join("book.toml"))?;
    config.build.build_dir = std::path::absolute(folder)?;
    config.build.create_missing = false;
    let files: String =
        config.get("output.html.git-repository-url")?.context("book.toml names the repository")?;
    let files = files + FILES;
    let mut book = MDBook::load_with_config(&root, config)?;
    link_to_repository(&mut book.book, &files)?;
    book.build()?;
    Ok(files)
}

/// Replaces what lies outside of the book in links.
fn link_to_repository(book: &mut Book, files: &str) -> Result<()> {
    let mut result = Ok(());
    book.for_each_mut(|item| {
        if let BookItem::Chapter(chapter) = item
            && let Some(path) = &chapter.source_path
            && result.is_ok()
        {
            match with_links_to(files, &source().join(path), &chapter.content) {
                Ok(content) => chapter.content = content,
                Err(error) => result = Err(error.context(path.display().to_string())),
            }
        }
    });
    result
}

/// Returns a page with links to the repository's files where it has relative ones out of the book.
fn with_links_to(files: &str, page: &Path, content: &str) -> Result<String> {
    let mut linked = content.to_owned();
    // From the end, so that the places before stay as they are.
    let events: Vec<_> = Parser::new_ext(content, pulldown_cmark::Options::ENABLE_TABLES)
        .into_offset_iter()
        .collect();
    for (event, range) in events.into_iter().rev() {
        let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else {
            continue;
        };
        if dest_url.contains("://") || dest_url.starts_with('#') {
            continue;
        }
        let folder = page.parent().expect("a page is in a folder");
        let target = normal(&folder.join(&*dest_url));
        if target.starts_with(source()) {
            continue;
        }
        let path = target
            .strip_prefix(repository())
            .with_context(|| format!("the link to {dest_url:?} leads out of the repository"))?;
        let text = &content[range.clone()];
        let place = text.rfind(&format!("]({dest_url}")).with_context(|| {
            format!("the link to {dest_url:?} is not written as [text](address)")
        })?;
        let place = range.start + place + 2;
        let address = format!("{files}{}", path.display());
        linked.replace_range(place..place + dest_url.len(), &address);
    }
    Ok(linked)
}

/// Resolves `..` by the text alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            component => normal.push(component),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_book_lead_to_the_repository() {
        let page = source().join("page.md");
        let content = "[a](../../stores.md#what), [b](other.md), [c](#here), [d](https://d.example), \
                       [a](../../stores.md#what)";
        let linked = with_links_to("https://r.example/", &page, content).unwrap();
        assert_eq!(
            linked,
            "[a](https://r.example/docs/stores.md#what), [b](other.md), [c](#here), [d](https://d.example), \
             [a](https://r.example/docs/stores.md#what)"
        );
        let outside = with_links_to("", &page, "[a](../../../../elsewhere.md)").unwrap_err();
        assert!(outside.to_string().contains("elsewhere.md"), "{outside}");
    }
}
