//! Downloads a release's `.proto` files: those of its definitions, and what they import.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use indicatif::HumanBytes;

use super::download::download_if_exists;
use crate::checksum;
use crate::error::{Failure, Result};
use crate::facts::Facts;
use crate::protobuf::{self, Messages};

/// The files of a release.
pub(super) struct ProtoFiles {
    pub(super) messages: Messages,
    pub(super) paths: Vec<String>,
    /// The checksum of all files, without comments and white space.
    pub(super) sha256: String,
}

/// Downloads and reads the files that the facts need. `base` is the URL of the folder of Kubernetes' Go modules.
pub(super) fn get(base: &str, facts: &Facts) -> Result<ProtoFiles> {
    let wanted: BTreeSet<String> =
        facts.definitions.keys().filter_map(|name| protobuf::file_of(name)).collect();
    eprintln!("fetching the .proto files below {base}");
    let mut files = BTreeMap::new();
    let mut queue: Vec<String> = wanted.iter().cloned().collect();
    while let Some(path) = queue.pop() {
        if files.contains_key(&path) {
            continue;
        }
        let url = format!("{base}/{path}");
        let Some(bytes) = download_if_exists(&url)? else {
            if wanted.contains(&path) {
                // Not an error by itself: `protobuf::check` knows which definitions need no message.
                eprintln!("there is no {url}");
                continue;
            }
            return Err(Failure::new(format!("{url} does not exist, but is imported"))
                .hint("check the tag, or name another mirror with --base-url"));
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::new(format!("{url} is not UTF-8")).hint("fetch it again"))?;
        for import in protobuf::imports(&path, &text).map_err(|f| f.within(&url))? {
            queue.push(checked(import).map_err(|f| f.within(&url))?);
        }
        files.insert(path, text);
    }
    let size = files.values().map(|text| text.len() as u64).sum();
    eprintln!("fetched {} files, {}", files.len(), HumanBytes(size));
    let messages = protobuf::read(&files).map_err(|failure| failure.within(base))?;
    let sha256 = sha256(&files);
    Ok(ProtoFiles { messages, paths: files.into_keys().collect(), sha256 })
}

/// Rejects an import that is more than a path in a URL. `..` in it is malformed anyway.
fn checked(import: String) -> Result<String> {
    if !import.contains(['?', '#', '%', ':']) {
        return Ok(import);
    }
    Err(Failure::new(format!("the import `{import}` is not a path below the base URL"))
        .hint("name another mirror with --base-url"))
}

fn sha256(files: &BTreeMap<String, String>) -> String {
    let mut content = String::new();
    for (path, text) in files {
        // Writing to a String cannot fail.
        let _ = writeln!(content, "{path} {}", without_comments(text));
    }
    checksum::sha256(content.as_bytes())
}

/// Returns the text with each comment and run of white space replaced by one space. What is left decides what the file
/// means, and is no prose of upstream's.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if c == '"' || c == '\'' {
            let end = literal(rest, c);
            kept.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        } else if c.is_whitespace() {
            c.len_utf8()
        } else {
            kept.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        if !kept.is_empty() && !kept.ends_with(' ') {
            kept.push(' ');
        }
        rest = &rest[length..];
    }
    kept.trim_end().to_owned()
}

/// Returns the length of the string literal at the start of the text.
fn literal(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_ignores_comments_and_white_space_and_nothing_else() {
        let of = |text: &str| sha256(&BTreeMap::from([("a.proto".to_owned(), text.to_owned())]));
        let plain = "message A { optional string x = 1 [default = '// \\' x']; }";
        let commented = "// Prose.\n/* More\n * prose. */message A {\n\n  // x.\r\n  optional string x = 1\
             \t[default = '// \\' x']; // end\n}\n//";
        assert_eq!(without_comments(commented), plain);
        assert_eq!(of(plain), of(commented));
        for other in [plain.replace("x = 1", "x = 2"), plain.replace("// \\'", "// \\' ")] {
            assert_ne!(of(plain), of(&other));
        }
        assert_eq!(without_comments("a/*"), "a");
        assert_eq!(without_comments("a 'b"), "a 'b");
    }

    #[test]
    fn imports_stay_below_the_base_url() {
        assert!(checked("k8s.io/api/core/v1/generated.proto".to_owned()).is_ok());
        for import in ["http://host/x", "a?b", "a#b", "%2e%2e/x"] {
            assert!(checked(import.to_owned()).is_err(), "{import}");
        }
    }
}
