//! Finds out what zeros mean where a release's own Go files do not say it.
//!
//! `explained_zeros` is asked first, then the other releases whose Go files were read.

use std::collections::BTreeMap;

use super::explained_zeros::{Explanation, TABLE};
use crate::error::{Failure, Result};
use crate::facts::{Facts, Schema, Zero};
use crate::release::Release;

const TABLE_PATH: &str = "crates/codegen/src/protobuf/explained_zeros.rs";

/// Replaces each [`Zero::Unknown`] whose meaning the table or another release knows. `sources` returns the releases
/// whose Go files were read, nearest first. Returns a line for each source that was needed.
///
/// # Errors
///
/// Fails on an entry of the table that is not needed.
pub(crate) fn complete(
    facts: &mut Facts,
    sources: impl FnOnce() -> Result<Vec<Facts>>,
) -> Result<Vec<String>> {
    complete_with(TABLE, facts, sources)
}

fn complete_with(
    table: &[Explanation],
    facts: &mut Facts,
    sources: impl FnOnce() -> Result<Vec<Facts>>,
) -> Result<Vec<String>> {
    let release = facts.release;
    let unknown = |facts: &Facts| {
        let properties = facts.definitions.values().flat_map(|schema| schema.properties.values());
        properties.filter(|property| zero(property) == Some(Zero::Unknown)).count()
    };
    let sources = if unknown(facts) == 0 { Vec::new() } else { sources()? };
    let mut lines = BTreeMap::new();
    for (explanation, property) in entries(table, release) {
        let definition = explanation.definition;
        let known = facts.definitions.get(definition).and_then(|schema| {
            Some((schema, schema.properties.get(property)?))
        });
        let Some((_, of)) = known else { continue };
        let elsewhere = in_sources(&sources, definition, property, of).map(|(zero, _)| zero);
        if zero(of) != Some(Zero::Unknown) || elsewhere == Some(explanation.zero) {
            return Err(stale(explanation, property));
        }
    }
    for (explanation, property) in entries(table, release) {
        let schema = facts.definitions.get_mut(explanation.definition);
        if let Some(of) = schema.and_then(|schema| schema.properties.get_mut(property)) {
            set(of, explanation.zero);
            *lines.entry(TABLE_PATH.to_owned()).or_insert(0) += 1;
        }
    }
    for (definition, schema) in &mut facts.definitions {
        for (name, property) in &mut schema.properties {
            if zero(property) != Some(Zero::Unknown) {
                continue;
            }
            if let Some((zero, source)) = in_sources(&sources, definition, name, property) {
                set(property, zero);
                *lines.entry(format!("the Go files of {source}")).or_insert(0) += 1;
            }
        }
    }
    let line = |(source, count)| format!("what the zeros of {count} fields mean is known from {source}");
    Ok(lines.into_iter().map(line).collect())
}

/// Checks that the facts say what the table says.
///
/// # Errors
///
/// Fails on the first entry that differs.
pub(super) fn check(facts: &Facts) -> Result<()> {
    check_with(TABLE, facts)
}

fn check_with(table: &[Explanation], facts: &Facts) -> Result<()> {
    for (explanation, property) in entries(table, facts.release) {
        let Some(schema) = facts.definitions.get(explanation.definition) else { continue };
        let required = schema.required.iter().any(|name| name == property);
        let found = schema.properties.get(property).and_then(zero).filter(|_| !required);
        match found {
            Some(zero) if zero == explanation.zero => {}
            Some(_) => {
                let release = facts.release;
                return Err(Failure::new(format!(
                    "what the zero of definition {}, property {property} means differs from {TABLE_PATH}",
                    explanation.definition
                ))
                .hint(format!("run `cargo xtask fetch {release}`")));
            }
            None => return Err(stale(explanation, property)),
        }
    }
    Ok(())
}

/// Returns the entries for a release, with their properties.
fn entries(
    table: &[Explanation],
    release: Release,
) -> impl Iterator<Item = (&Explanation, &'static str)> {
    let minor = release.minor();
    let applies = move |e: &&Explanation| e.first <= minor && minor <= e.last;
    table.iter().filter(applies).flat_map(|e| e.properties.iter().map(move |name| (e, *name)))
}

/// Returns what the nearest source says about the same field, if it is an optional scalar there, too.
fn in_sources(
    sources: &[Facts],
    definition: &str,
    name: &str,
    property: &Schema,
) -> Option<(Zero, Release)> {
    let wire = property.protobuf.as_ref()?;
    sources.iter().find_map(|source| {
        let schema = source.definitions.get(definition)?;
        let other = schema.properties.get(name)?.protobuf.as_ref()?;
        let is_same = other.path == wire.path && other.type_ == wire.type_;
        // What is required may be written or omitted without a change of meaning.
        let is_optional = !schema.required.iter().any(|required| required == name);
        let is_known = other.zero != Zero::Unknown;
        (is_same && is_optional && is_known).then_some((other.zero, source.release))
    })
}

/// Returns what is said about the zero of a property; `None` if it has none.
fn zero(property: &Schema) -> Option<Zero> {
    property.protobuf.as_ref().filter(|wire| wire.type_.has_zero()).map(|wire| wire.zero)
}

fn set(property: &mut Schema, zero: Zero) {
    if let Some(wire) = &mut property.protobuf {
        wire.zero = zero;
    }
}

fn stale(explanation: &Explanation, property: &str) -> Failure {
    Failure::new(format!(
        "the table need not say what the zero of definition {}, property {property} means, which it explains with `{}`",
        explanation.definition, explanation.why
    ))
    .hint(format!("restrict or remove the entry in {TABLE_PATH}"))
}

#[cfg(test)]
#[path = "zeros_tests.rs"]
mod tests;
