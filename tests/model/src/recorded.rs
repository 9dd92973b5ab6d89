//! Objects that real API servers wrote, read by the types of their own release and of others.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::compare::first_loss;
use crate::every_type::keeps;
use crate::facts::Facts;
use crate::in_repository;
use crate::typed::Type;

#[cfg(test)]
mod coverage;

/// What was recorded of a release: a folder of JSON documents, each a list or an object.
pub(crate) struct Recording {
    pub(crate) release: String,
    /// By the file's name.
    pub(crate) documents: BTreeMap<String, Document>,
}

/// A document as it was recorded, and read.
pub(crate) struct Document {
    text: String,
    pub(crate) value: Value,
}

/// The types read what was recorded of any release, as far as their own release has the kinds: what
/// is theirs they write again without loss, of the rest they lose what they do not know.
///
/// # Panics
///
/// They do not, or there is nothing to read.
pub fn read_what_was_recorded(release: &str, types: &[Type]) {
    let facts = Facts::read(release);
    let by_name: BTreeMap<&str, &Type> = types.iter().map(|of| (of.definition, of)).collect();
    let mut faults = Vec::new();
    for recording in recordings() {
        let own = recording.release == release;
        let mut read = 0;
        for (file, document) in &recording.documents {
            let place = format!("{release} reads {}/{file}", recording.release);
            let pieces = pieces(&facts, document);
            if own && pieces.is_empty() {
                faults.push(format!("{place}: {} has no type", kind(&document.value).join(" ")));
            }
            for piece in pieces {
                read += 1;
                let reader = by_name[piece.definition];
                let shape = &facts.definitions[piece.definition];
                let fault = keeps(&facts, reader, shape, piece.text, piece.value)
                    .and_then(|()| if own { loses_nothing(reader, &piece) } else { Ok(()) });
                if let Err(fault) = fault {
                    faults.push(format!("{place}: {}: {fault}", piece.place));
                }
            }
        }
        assert!(read > 20, "{release} reads only {read} objects of {}", recording.release);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn loses_nothing(type_: &Type, piece: &Piece<'_>) -> Result<(), String> {
    let output = type_.through(piece.text)?;
    let output = serde_json::from_str(&output).map_err(|error| error.to_string())?;
    first_loss(piece.value, &output)
        .map_or(Ok(()), |difference| Err(format!("is lost: {difference}")))
}

/// A list, an item of one, or an object by itself.
struct Piece<'a> {
    place: String,
    definition: &'a str,
    text: &'a str,
    value: &'a Value,
}

/// The items of a list, as they were recorded.
#[derive(Default, Deserialize)]
struct Items<'a> {
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

/// All that a document gives to read; nothing where the release does not have its kind.
fn pieces<'a>(facts: &'a Facts, Document { text, value }: &'a Document) -> Vec<Piece<'a>> {
    let [group, version, kind] = kind(value);
    let Some(definition) = facts.kind(&group, &version, &kind) else { return Vec::new() };
    let mut pieces = vec![Piece { place: kind.clone(), definition, text, value }];
    let of_items = facts.resources.iter().find(|resource| {
        resource["list"] == kind && resource["group"] == group && resource["version"] == version
    });
    if let Some(resource) = of_items {
        let kind = resource["kind"].as_str().expect("a kind");
        let definition = facts.kind(&group, &version, kind).expect("a definition of the items");
        let texts: Items<'a> = serde_json::from_str(text).expect("a list");
        let values = value["items"].as_array().into_iter().flatten();
        let items = values.zip(texts.items.unwrap_or_default()).enumerate();
        pieces.extend(items.map(|(i, (value, text))| Piece {
            place: format!("items[{i}]"),
            definition,
            text: text.get(),
            value,
        }));
    }
    pieces
}

/// Group, version and kind, as a document itself says.
pub(crate) fn kind(document: &Value) -> [String; 3] {
    let text = |key: &str| document[key].as_str().unwrap_or_default();
    let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
    [group, version, text("kind")].map(str::to_owned)
}

/// All that is recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    let mut found = Vec::new();
    for folder in entries("tests/data/recorded") {
        let documents = entries(&format!("tests/data/recorded/{folder}")).into_iter().map(|file| {
            let path = in_repository(&format!("tests/data/recorded/{folder}/{file}"));
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
            let value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{folder}/{file} is not JSON: {error}"));
            (file, Document { text, value })
        });
        found.push(Recording { documents: documents.collect(), release: folder });
    }
    found
}

fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(in_repository(folder)).expect("a folder of recordings");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .collect();
    assert!(!names.is_empty(), "{folder} is empty");
    names.sort();
    names
}
