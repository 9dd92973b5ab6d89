//! Recorded objects of real API servers, decoded by the types of their own release and of others.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::both_wires;
use crate::compare::first_loss;
use crate::facts::Facts;
use crate::golden;
use crate::in_repository;
use crate::round_trip::round_trip;
use crate::typed::Type;

#[cfg(test)]
mod coverage;

/// The recording of a release: a folder of JSON documents, each a list or an object.
pub(crate) struct Recording {
    pub(crate) release: String,
    /// By file name.
    pub(crate) documents: BTreeMap<String, Document>,
}

/// A document as recorded, and its value.
pub(crate) struct Document {
    text: String,
    pub(crate) value: Value,
}

/// Checks that the types round-trip Kubernetes' own test objects, and recorded ones: those of their own release without
/// loss, those of other releases except for unknown properties; and that they decode objects in protobuf like those in
/// JSON. Kinds that their release lacks are skipped.
///
/// # Panics
///
/// Panics if they do not, or if there are no recordings.
pub fn round_trip_recorded_objects(release: &str, types: &[Type]) {
    let facts = Facts::read(release);
    let by_name: BTreeMap<&str, &Type> = types.iter().map(|of| (of.definition, of)).collect();
    let mut failures = golden::failures(release, &facts, &by_name);
    failures.extend(both_wires::failures(release, &facts, &by_name));
    for recording in recordings() {
        let own = recording.release == release;
        let mut read = 0;
        for (file, document) in &recording.documents {
            let document_name = format!("{release} decodes {}/{file}", recording.release);
            let pieces = pieces(&facts, document);
            if own && pieces.is_empty() {
                failures.push(format!(
                    "{document_name}: {} has no type",
                    kind(&document.value).join(" ")
                ));
            }
            for piece in pieces {
                read += 1;
                let reader = by_name[piece.definition];
                let shape = &facts.definitions[piece.definition];
                let failure = round_trip(&facts, reader, shape, piece.text, piece.value)
                    .and_then(|()| if own { loses_nothing(reader, &piece) } else { Ok(()) });
                if let Err(failure) = failure {
                    failures.push(format!("{document_name}: {}: {failure}", piece.path));
                }
            }
        }
        assert!(read > 20, "{release} decodes only {read} objects of {}", recording.release);
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn loses_nothing(type_: &Type, piece: &Piece<'_>) -> Result<(), String> {
    let output = type_.round_trip(piece.text)?;
    let output = serde_json::from_str(&output).map_err(|error| error.to_string())?;
    first_loss(piece.value, &output).map_or(Ok(()), |difference| Err(format!("lost: {difference}")))
}

/// A list, an item of a list, or a single object.
struct Piece<'a> {
    path: String,
    definition: &'a str,
    text: &'a str,
    value: &'a Value,
}

/// The items of a list, as recorded.
#[derive(Default, Deserialize)]
struct Items<'a> {
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

/// Returns the objects of a document; none if the release does not have its kind.
fn pieces<'a>(facts: &'a Facts, Document { text, value }: &'a Document) -> Vec<Piece<'a>> {
    let [group, version, kind] = kind(value);
    let Some(definition) = facts.kind(&group, &version, &kind) else { return Vec::new() };
    let mut pieces = vec![Piece { path: kind.clone(), definition, text, value }];
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
            path: format!("items[{i}]"),
            definition,
            text: text.get(),
            value,
        }));
    }
    pieces
}

/// Returns a document's group, version and kind.
pub(crate) fn kind(document: &Value) -> [String; 3] {
    let text = |key: &str| document[key].as_str().unwrap_or_default();
    let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
    [group, version, text("kind")].map(str::to_owned)
}

/// Reads all recordings.
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

pub(crate) fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(in_repository(folder)).expect("a folder of recordings");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a UTF-8 name"))
        .collect();
    assert!(!names.is_empty(), "{folder} is empty");
    names.sort();
    names
}
