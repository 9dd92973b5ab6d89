//! Round trips of random objects through every type.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::compare::{first_difference, truncated};
use crate::expected::expected;
use crate::facts::{Facts, Shape};
use crate::random::{MODES, value};
use crate::shrink::shrink;
use crate::typed::Type;

/// The seed of all random values.
const SEED: u64 = 0x5eed_0f0b_1ec7_5000;

/// The maximum number of failures in the message.
const MAX_REPORTED: usize = 8;

/// Checks that there is exactly one type for each definition of the release.
///
/// # Panics
///
/// Panics if there is not, or if the spec cannot be read.
pub fn cover_every_definition(release: &str, types: &[Type]) {
    let facts = Facts::read(release);
    let listed: BTreeSet<&str> = types.iter().map(|type_| type_.definition).collect();
    let defined: BTreeSet<&str> = facts.definitions.keys().map(String::as_str).collect();
    assert!(!defined.is_empty() && listed.len() == types.len(), "{release}: duplicate type");
    assert!(
        listed == defined,
        "{release}: without a type: {:?}; without a definition: {:?}",
        defined.difference(&listed).collect::<Vec<_>>(),
        listed.difference(&defined).collect::<Vec<_>>()
    );
}

/// Checks that each type round-trips random objects of its definition.
///
/// # Panics
///
/// Panics if one does not. The message has the release, the definition, the path, the object and the seed.
pub fn round_trip_random_objects(release: &str, types: &[Type]) {
    let facts = Facts::read(release);
    let mut failures = String::new();
    let (mut tried, mut failed) = (0, 0);
    for type_ in types {
        let shape = &facts.definitions[type_.definition];
        for (number, mode) in MODES.into_iter().enumerate() {
            let seed = seed(release, type_.definition, number);
            let object = value(&facts, shape, mode, seed);
            tried += 1;
            let round_trip =
                |object: &Value| round_trip(&facts, type_, shape, &object.to_string(), object);
            let Err(failure) = round_trip(&object) else { continue };
            failed += 1;
            if failed <= MAX_REPORTED {
                let small = shrink(object, &|object| round_trip(object).is_err());
                let still = round_trip(&small).err().unwrap_or(failure);
                let _ = writeln!(
                    failures,
                    "{release} {}, {mode:?}, seed {seed:#x}\n  {still}\n  of {}",
                    type_.definition,
                    truncated(&small)
                );
            }
        }
    }
    assert!(tried == types.len() * MODES.len() && tried > 0);
    assert!(failed == 0, "{failed} of {tried} objects do not round-trip:\n{failures}");
}

/// Checks that a type decodes a value from its text, and encodes it as the spec requires.
pub(crate) fn round_trip(
    facts: &Facts,
    type_: &Type,
    shape: &Shape,
    text: &str,
    value: &Value,
) -> Result<(), String> {
    let output = type_.round_trip(text).map_err(|error| format!("decoding fails: {error}"))?;
    let output: Value = serde_json::from_str(&output)
        .map_err(|error| format!("the output is not JSON: {error}: {output}"))?;
    match first_difference(&expected(facts, shape, value), &output) {
        None => Ok(()),
        Some(difference) => Err(difference.to_string()),
    }
}

/// Returns an object's own seed, with which it can be generated without those before it.
pub(crate) fn seed(release: &str, definition: &str, number: usize) -> u64 {
    let text = format!("{release} {definition} {number}");
    text.bytes().fold(SEED, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
