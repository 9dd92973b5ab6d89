//! A generated type as a value: its definition's name, and a function that round-trips JSON through it.

use serde::{Deserialize, Serialize};
use serde_json::Serializer;
use watchable_core::json;

/// A generated type, with the name of its definition.
#[derive(Clone, Copy)]
pub struct Type {
    /// The definition in the release's spec.
    pub definition: &'static str,
    /// Its size in bytes.
    pub size: usize,
    round_trip: RoundTrip,
}

type RoundTrip = fn(&str, &mut Serializer<&mut Vec<u8>>) -> Result<(), Failure>;

enum Failure {
    Decode(json::Error),
    Encode(serde_json::Error),
}

impl Type {
    /// Returns the type `T` of a definition.
    pub const fn of<T>(definition: &'static str) -> Self
    where
        T: for<'de> Deserialize<'de> + Serialize,
    {
        Self { definition, size: size_of::<T>(), round_trip: round_trip::<T> }
    }

    /// Decodes a text, as a watcher does, and encodes the result.
    ///
    /// # Errors
    ///
    /// Fails if decoding or encoding fails.
    pub fn round_trip(&self, json: &str) -> Result<String, String> {
        let mut output = Vec::new();
        match (self.round_trip)(json, &mut Serializer::new(&mut output)) {
            Ok(()) => Ok(String::from_utf8(output).expect("JSON is UTF-8")),
            Err(Failure::Decode(error)) => Err(error.to_string()),
            Err(Failure::Encode(error)) => Err(error.to_string()),
        }
    }
}

/// The only function that is compiled for each of thousands of types. It avoids closures and `?`, which would be
/// compiled as often.
fn round_trip<T: for<'de> Deserialize<'de> + Serialize>(
    text: &str,
    serializer: &mut Serializer<&mut Vec<u8>>,
) -> Result<(), Failure> {
    match json::from_str::<T>(text) {
        Ok(value) => match value.serialize(serializer) {
            Ok(()) => Ok(()),
            Err(error) => Err(Failure::Encode(error)),
        },
        Err(error) => Err(Failure::Decode(error)),
    }
}
