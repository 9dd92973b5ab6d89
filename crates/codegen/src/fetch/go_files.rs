//! Downloads the Go files that declare a release's messages, as far as they exist. What they do not say is taken from those
//! of other releases, which the same mirror may have.

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::HumanBytes;

use super::download::download_if_exists;
use crate::checksum;
use crate::error::{Failure, Result};
use crate::facts::Facts;
use crate::pins::Pins;
use crate::protobuf::{self, Messages, Tags};

/// The Go files of a release.
pub(super) struct GoFiles {
    pub(super) tags: Tags,
    pub(super) count: usize,
}

impl GoFiles {
    /// Downloads and reads the files beside these `.proto` files. `base` is the URL of the folder of Kubernetes' Go modules.
    pub(super) fn get<'a>(
        base: &str,
        protos: impl IntoIterator<Item = &'a String>,
    ) -> Result<Self> {
        let mut tags = Tags::new();
        let (mut count, mut size) = (0, 0);
        for path in protos.into_iter().flat_map(|proto| protobuf::go_files_of(proto)) {
            let url = format!("{base}/{path}");
            // Which of them is needed is known only when the facts are complete.
            let Some(bytes) = download_if_exists(&url)? else { continue };
            count += 1;
            size += bytes.len() as u64;
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::new(format!("{url} is not UTF-8")).hint("fetch it again"))?;
            tags.extend(protobuf::tags(&path, &text).map_err(|failure| failure.within(&url))?);
        }
        eprintln!("fetched {count} Go files, {}", HumanBytes(size));
        Ok(Self { tags, count })
    }

    /// Returns the checksum of what was read from the files; none without files.
    pub(super) fn sha256(&self) -> Option<String> {
        let lines =
            self.tags.iter().map(|((message, number), tag)| format!("{message} {number} {tag}\n"));
        (self.count > 0).then(|| checksum::sha256(lines.collect::<String>().as_bytes()))
    }
}

/// Joins the facts with the messages and with what the Go files say: those of the release, then those of the nearest
/// releases that are pinned with Go files, then a table. `base_of` returns the base URL of a tag.
pub(super) fn join(
    root: &Path,
    facts: &mut Facts,
    mut messages: Messages,
    (protos, own): (&[String], Tags),
    base_of: impl Fn(&str) -> String,
) -> Result<()> {
    protobuf::attach(&mut messages, own);
    protobuf::join(&mut facts.definitions, &messages)?;
    let own = facts.definitions.clone();
    let pins = Pins::read(root)?;
    let mut known = BTreeMap::new();
    for other in pins.with_go_files(facts.release) {
        if !protobuf::any_unknown(&facts.definitions) {
            break;
        }
        let base = base_of(&other.tag);
        eprintln!("fetching the Go files below {base}");
        protobuf::attach(&mut messages, GoFiles::get(&base, protos)?.tags);
        let mut joined = own.clone();
        protobuf::join(&mut joined, &messages)?;
        let other = pins.facts(root, other.release)?;
        let filled = protobuf::fill(&mut facts.definitions, &joined, &other);
        known.insert(format!("the Go files of {}", other.release), filled);
    }
    known.insert("a table".to_owned(), protobuf::explain(facts, &own)?);
    for (source, count) in known.into_iter().filter(|(_, count)| *count > 0) {
        eprintln!("what the zeros of {count} fields mean is known from {source}");
    }
    Ok(())
}
