//! Completes what zeros mean where a release's own Go files do not say it: from those of other releases, and from the
//! table in `explained_zeros`.

use std::collections::BTreeMap;
use std::fmt;

use super::explained_zeros::{Explanation, TABLE};
use crate::error::{Failure, Result};
use crate::facts::{Facts, Schema, Zero};
use crate::release::Release;

const TABLE_PATH: &str = "crates/codegen/src/protobuf/explained_zeros.rs";

/// Definitions by name.
type Definitions = BTreeMap<String, Schema>;

/// Returns whether it is unknown of any field what its zero means.
pub(crate) fn any_unknown(definitions: &Definitions) -> bool {
    let mut properties = definitions.values().flat_map(|schema| schema.properties.values());
    properties.any(|property| zero(property) == Some(Zero::Unknown))
}

/// Replaces what is unknown by what `joined` says, which are the same definitions joined with the Go files of another
/// release, whose facts are `other`. Returns the number of fields.
pub(crate) fn fill(definitions: &mut Definitions, joined: &Definitions, other: &Facts) -> usize {
    let mut filled = 0;
    for (definition, schema) in definitions {
        for (name, property) in &mut schema.properties {
            let of_other = other.definitions.get(definition);
            // What became required, or no longer is, may also be omitted from then on, or no longer be.
            let required = of_other.is_some_and(|other| is_required(other, name));
            let found = joined.get(definition).and_then(|joined| joined.properties.get(name));
            let found = found.and_then(zero).filter(|zero| *zero != Zero::Unknown && !required);
            if let (Some(Zero::Unknown), Some(found)) = (zero(property), found) {
                set(property, found);
                filled += 1;
            }
        }
    }
    filled
}

/// Sets what the table says. `own` are the same definitions with what the release's own Go files say. Returns the number
/// of fields.
///
/// # Errors
///
/// Fails on an entry of the table that is not needed.
pub(crate) fn explain(facts: &mut Facts, own: &Definitions) -> Result<usize> {
    explain_with(TABLE, facts, own)
}

fn explain_with(table: &[Explanation], facts: &mut Facts, own: &Definitions) -> Result<usize> {
    let mut count = 0;
    for entry in entries(table, facts.release)? {
        let own = own.get(&entry.definition).and_then(|own| own.properties.get(entry.property));
        let schema = facts.definitions.get_mut(&entry.definition);
        // `check` reports a property that does not exist.
        let property = schema.and_then(|schema| schema.properties.get_mut(entry.property));
        let Some(property) = property else { continue };
        if own.and_then(zero) != Some(Zero::Unknown) || zero(property) == Some(entry.zero) {
            return Err(entry.stale());
        }
        set(property, entry.zero);
        count += 1;
    }
    Ok(count)
}

/// Checks that the facts say what the table says.
///
/// # Errors
///
/// Fails on the first entry that differs, and on one for a property that is no optional scalar.
pub(super) fn check(facts: &Facts) -> Result<()> {
    check_with(TABLE, facts)
}

fn check_with(table: &[Explanation], facts: &Facts) -> Result<()> {
    for entry in entries(table, facts.release)? {
        let Some(schema) = facts.definitions.get(&entry.definition) else { continue };
        let found = schema.properties.get(entry.property).and_then(zero);
        match found.filter(|_| !is_required(schema, entry.property)) {
            Some(zero) if zero == entry.zero => {}
            Some(_) => {
                return Err(Failure::new(format!(
                    "{TABLE_PATH} says otherwise what the zero of {entry} means"
                ))
                .hint(format!("run `cargo xtask fetch {}`", facts.release)));
            }
            None => return Err(entry.stale()),
        }
    }
    Ok(())
}

/// What the table says about one property.
struct Entry {
    definition: String,
    property: &'static str,
    zero: Zero,
    why: &'static str,
}

impl Entry {
    fn stale(&self) -> Failure {
        let why = self.why;
        Failure::new(format!(
            "no table needs to say what the zero of {self} means, as one does: {why}"
        ))
        .hint(format!("restrict or remove the entry in {TABLE_PATH}"))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "definition {}, property {}", self.definition, self.property)
    }
}

/// Returns the entries for a release.
fn entries(table: &[Explanation], release: Release) -> Result<Vec<Entry>> {
    let minor = release.minor();
    let mut entries = Vec::new();
    for Explanation { first, last, why, fields } in table {
        if !(*first..=*last).contains(&minor) {
            continue;
        }
        for text in *fields {
            let (names, zero) = Zero::split(text);
            let Some((definition, properties)) = names.split_once(' ') else {
                return Err(Failure::new(format!("`{text}` in {TABLE_PATH} names no property")));
            };
            entries.extend(properties.split(',').map(|property| Entry {
                definition: format!("io.k8s.api.{definition}"),
                property,
                zero,
                why,
            }));
        }
    }
    Ok(entries)
}

fn is_required(schema: &Schema, property: &str) -> bool {
    schema.required.iter().any(|name| name == property)
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

#[cfg(test)]
#[path = "zeros_tests.rs"]
mod tests;
