//! Lists where JSON and protobuf disagree: what one of them lacks, and types that differ.

use super::mismatch::{Mismatch, What};
use super::{explained, known};
use crate::error::{Failure, Result};
use crate::facts::{Facts, Scalar, Schema, WireType};
use crate::model::{Shape, shape};

/// Checks that every mismatch in the facts is explained. `previous` returns the facts of the previous release, if
/// it is pinned. Returns one line for each explanation that applies.
///
/// # Errors
///
/// Fails on mismatches that are not explained, naming their places, and on explanations that are out of date.
pub(crate) fn check(
    facts: &Facts,
    previous: impl FnOnce() -> Result<Option<Facts>>,
) -> Result<Vec<String>> {
    const SHOWN: usize = 20;
    let (rest, explained) =
        explained::explain(explained::TABLE, facts, mismatches(facts), previous)?;
    if rest.is_empty() {
        return Ok(explained);
    }
    let mut lines: Vec<String> = rest.iter().take(SHOWN).map(|m| format!("\n  {m}")).collect();
    if rest.len() > SHOWN {
        lines.push(format!("\n  and {} more", rest.len() - SHOWN));
    }
    Err(Failure::new(format!("JSON and protobuf disagree:{}", lines.concat())).hint(
        "fetch both of one tag; what is meant to differ is listed, with its reason, in \
         crates/codegen/src/protobuf/explained.rs",
    ))
}

fn mismatches(facts: &Facts) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for (definition, schema) in &facts.definitions {
        let mut add = |what| found.push(Mismatch { definition: definition.clone(), what });
        if !has_message(schema) {
            add(What::NoMessage);
        } else if schema.properties.is_empty() {
            let (known, found) = (known::fields(definition), fields(definition, schema));
            if known != found {
                add(What::OtherMessage { known: known.to_owned(), found });
            }
        } else {
            schema
                .properties
                .iter()
                .filter_map(|(name, of)| property(facts, schema, name, of))
                .for_each(&mut add);
            schema
                .message
                .iter()
                .flatten()
                .for_each(|(field, _)| add(What::NoProperty(field.clone())));
        }
    }
    found
}

/// Returns what is wrong with a property.
fn property(facts: &Facts, owner: &Schema, name: &str, schema: &Schema) -> Option<What> {
    let Some(wire) = &schema.protobuf else {
        // They are in the envelope of an object.
        let in_envelope = ["apiVersion", "kind"].contains(&name) && !owner.kinds.is_empty();
        return (!in_envelope).then(|| What::NoField(name.to_owned()));
    };
    // A type that is not supported is reported by `model`.
    let json = shape(schema).ok()?;
    (!agree(facts, &json, &wire.type_)).then(|| What::OtherType {
        property: name.to_owned(),
        json: format!("{json:?}"),
        protobuf: wire.to_string(),
    })
}

/// Returns whether values of the two types are the same.
fn agree(facts: &Facts, json: &Shape, protobuf: &WireType) -> bool {
    match (json, protobuf) {
        (_, WireType::Wrapped(_, inner)) => agree(facts, json, inner),
        (Shape::Type(target), WireType::Message(None)) => {
            facts.definitions.get(target).is_some_and(has_message)
        }
        (Shape::List(items), WireType::Repeated { items: inner, .. }) => agree(facts, items, inner),
        (Shape::Map(of), WireType::Map { key: Scalar::String, values }) => agree(facts, of, values),
        (json, WireType::Scalar(scalar)) => matches!(
            (json, scalar),
            (Shape::Bool, Scalar::Bool)
                | (Shape::Int32, Scalar::Int32)
                | (Shape::Int64, Scalar::Int64)
                | (Shape::Double, Scalar::Double)
                | (Shape::String, Scalar::String)
                | (Shape::Bytes, Scalar::Bytes)
        ),
        _ => false,
    }
}

fn has_message(schema: &Schema) -> bool {
    schema.message.is_some() || schema.properties.values().any(|of| of.protobuf.is_some())
}

/// Returns the fields of a message that no property stands for, as text, with names relative to the definition's.
fn fields(definition: &str, schema: &Schema) -> String {
    let package = definition.rfind('.').map_or("", |dot| &definition[..=dot]);
    let fields = schema.message.iter().flatten();
    let fields = fields.map(|(name, wire)| format!("{name} {wire}").replace(package, ""));
    fields.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
