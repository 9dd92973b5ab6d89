//! The texts of errors and notices, read from the source: string literals of several words that a program may show.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use proc_macro2::{TokenStream, TokenTree};

use crate::source_files::rust_files;

/// Macros whose texts only a bug shows.
const OF_BUGS: [&str; 6] =
    ["debug_assert", "debug_assert_eq", "unreachable", "assert_eq", "todo", "unimplemented"];

/// A text, with `…` for what varies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// The text.
    pub text: String,
    /// The file that has it.
    pub file: PathBuf,
}

/// Returns the texts of so many words or more in the Rust files of a folder, without tests.
///
/// # Errors
///
/// Fails if a file cannot be read or is no Rust.
pub fn messages(folder: &Path, words: usize) -> Result<Vec<Message>> {
    let mut found = Vec::new();
    for file in rust_files(folder)? {
        let source = fs::read_to_string(&file)?;
        let tokens: TokenStream = source
            .parse()
            .map_err(|error| anyhow::anyhow!("{error}"))
            .with_context(|| file.display().to_string())?;
        let mut texts = Vec::new();
        collect(tokens, &mut texts);
        texts.retain(|text| word_count(text) >= words);
        found.extend(texts.into_iter().map(|text| Message { text, file: file.clone() }));
    }
    found.sort();
    found.dedup_by(|a, b| a.text == b.text);
    Ok(found)
}

/// Walks the tokens: past attributes, tests, and what only a bug shows.
fn collect(tokens: TokenStream, texts: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.to_string() == text);
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                let at_group = if is(at + 1, "!") { at + 2 } else { at + 1 };
                let attribute = tokens.get(at_group).map(ToString::to_string).unwrap_or_default();
                at = at_group;
                if attribute.replace(' ', "") == "[cfg(test)]" {
                    // The item ends with its body, or at a semicolon.
                    while at < tokens.len() && !is(at, ";") && !is_body(&tokens[at]) {
                        at += 1;
                    }
                }
            }
            TokenTree::Ident(name) if name == "expect" && at > 0 && is(at - 1, ".") => at += 1,
            TokenTree::Ident(name)
                if is(at + 1, "!") && OF_BUGS.iter().any(|of_bugs| name == of_bugs) =>
            {
                at += 2;
            }
            TokenTree::Group(group) => collect(group.stream(), texts),
            TokenTree::Literal(literal) => {
                if let Ok(literal) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    let text = normal(&literal.value());
                    texts.push(text);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Returns the number of words, which have a letter.
pub fn word_count(text: &str) -> usize {
    text.split(' ').filter(|word| word.chars().any(char::is_alphabetic)).count()
}

fn is_body(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace)
}

/// Replaces what varies by `…`, and drops what only joins the text to others.
pub fn normal(text: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if let Some(after) = rest.strip_prefix("{{") {
            normal.push('{');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("}}") {
            normal.push('}');
            rest = after;
        } else if c == '{'
            && let Some((what, after)) = after.split_once('}')
            && is_placeholder(what)
        {
            if !normal.ends_with('…') {
                normal.push('…');
            }
            rest = after;
        } else {
            normal.push(c);
            rest = after;
        }
    }
    let joins = |c: char| c.is_whitespace() || "…:;,.".contains(c);
    normal.trim_matches(joins).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether this is what stands between the braces of a format: `name:?`.
fn is_placeholder(text: &str) -> bool {
    let (name, format) = text.split_once(':').unwrap_or((text, ""));
    name.chars().all(|c| c.is_alphanumeric() || c == '_') && !format.contains([' ', '`', '{'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let mut texts = Vec::new();
        collect(source.parse().unwrap(), &mut texts);
        texts
    }

    #[test]
    fn texts_of_errors_and_notices_are_found() {
        let source = r#"
            fn show(f: &mut Formatter) {
                write!(f, "{operation}: the server has no {resource}; ")?;
                f.write_str("of two \
                             lines")?;
                bail!("{name:?} exists");
            }
        "#;
        assert_eq!(found(source), ["the server has no", "of two lines", "exists"]);
    }

    #[test]
    fn docs_tests_and_what_only_a_bug_shows_are_passed_over() {
        let source = r#"
            /// A doc.
            #[must_use = "a reason"]
            fn f() {
                g().expect("it is there");
                debug_assert!(true, "never");
                unreachable!("never");
            }
            #[cfg(test)]
            mod tests { const TEXT: &str = "a test"; }
            const AFTER: &str = "after the test";
        "#;
        assert_eq!(found(source), ["after the test"]);
    }

    #[test]
    fn braces_that_are_doubled_are_not_what_varies() {
        assert_eq!(normal("{{field}} of {kind:?}{name}: "), "{field} of");
        assert_eq!(normal("a `{`, or a `}` without `{`"), "a `{`, or a `}` without `{`");
        assert_eq!(normal("between {a}{b} and {c}, twice"), "between … and …, twice");
    }
}
