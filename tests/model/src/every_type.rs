//! Random objects of every type, decoded and encoded again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::compare::{cut, first_difference};
use crate::facts::{Facts, Shape};
use crate::random::{MODES, value};
use crate::shrink::shrink;
use crate::typed::Type;
use crate::written::written;

/// From which all that is random follows.
const SEED: u64 = 0x5eed_0f0b_1ec7_5000;

/// So many faults are told; there may be more.
const TOLD: usize = 8;

/// The types are those of the release's definitions: none is missing, and none is without one.
///
/// # Panics
///
/// They are not, or the facts cannot be read.
pub fn stand_for_every_definition(release: &str, types: &[Type]) {
    let facts = Facts::read(release);
    let listed: BTreeSet<&str> = types.iter().map(|type_| type_.definition).collect();
    let defined: BTreeSet<&str> = facts.definitions.keys().map(String::as_str).collect();
    assert!(!defined.is_empty() && listed.len() == types.len(), "{release}: a type stands twice");
    assert!(
        listed == defined,
        "{release}: without a type: {:?}; without a definition: {:?}",
        defined.difference(&listed).collect::<Vec<_>>(),
        listed.difference(&defined).collect::<Vec<_>>()
    );
}

/// Each type reads random objects of its definition, and writes what it has read.
///
/// # Panics
///
/// One does not: the message names release, definition, place, object and seed.
pub fn keep_what_they_read(release: &str, types: &[Type]) {
    let facts = Facts::read(release);
    let mut faults = String::new();
    let (mut tried, mut failed) = (0, 0);
    for type_ in types {
        let shape = &facts.definitions[type_.definition];
        for (number, mode) in MODES.into_iter().enumerate() {
            let seed = seed(release, type_.definition, number);
            let object = value(&facts, shape, mode, seed);
            tried += 1;
            let keeps = |object: &Value| keeps(&facts, type_, shape, &object.to_string(), object);
            let Err(fault) = keeps(&object) else { continue };
            failed += 1;
            if failed <= TOLD {
                let small = shrink(object, &|object| keeps(object).is_err());
                let still = keeps(&small).err().unwrap_or(fault);
                let _ = writeln!(
                    faults,
                    "{release} {}, {mode:?}, seed {seed:#x}\n  {still}\n  of {}",
                    type_.definition,
                    cut(&small)
                );
            }
        }
    }
    assert!(tried == types.len() * MODES.len() && tried > 0);
    assert!(failed == 0, "{failed} of {tried} objects are not kept:\n{faults}");
}

/// Whether a type reads a value from its text, and writes what the facts say is to be written then.
pub(crate) fn keeps(
    facts: &Facts,
    type_: &Type,
    shape: &Shape,
    text: &str,
    value: &Value,
) -> Result<(), String> {
    let output = type_.through(text).map_err(|error| format!("is an error: {error}"))?;
    let output: Value = serde_json::from_str(&output)
        .map_err(|error| format!("what was written is no JSON: {error}: {output}"))?;
    match first_difference(&written(facts, shape, value), &output) {
        None => Ok(()),
        Some(difference) => Err(difference.to_string()),
    }
}

/// Of its own for each object, so that one can be made again without those before it.
fn seed(release: &str, definition: &str, number: usize) -> u64 {
    let text = format!("{release} {definition} {number}");
    text.bytes().fold(SEED, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
