//! A generated type as a value: its definition's name, and functions that decode and encode it.

use serde::{Deserialize, Serialize};
use serde_json::Serializer;
use watchable_core::model::Field;
use watchable_core::{json, protobuf};

/// A generated type, with the name of its definition.
#[derive(Clone, Copy)]
pub struct Type {
    /// The definition in the release's spec.
    pub definition: &'static str,
    /// Its size in bytes.
    pub size: usize,
    round_trip: RoundTrip,
    protobuf_to_json: ProtobufToJson,
}

type RoundTrip = fn(&str, &mut Serializer<&mut Vec<u8>>) -> Result<(), Failure>;

type ProtobufToJson = fn(&[u8], &mut Serializer<&mut Vec<u8>>) -> Result<(), Failure>;

enum Failure {
    Decode(json::Error),
    Encode(serde_json::Error),
}

impl Type {
    /// Returns the type `T` of a definition.
    pub const fn of<T>(definition: &'static str) -> Self
    where
        T: for<'de> Deserialize<'de> + Serialize + Field + Default,
    {
        Self {
            definition,
            size: size_of::<T>(),
            round_trip: round_trip::<T>,
            protobuf_to_json: protobuf_to_json::<T>,
        }
    }

    /// Decodes a text, as a watcher does, and encodes the result.
    ///
    /// # Errors
    ///
    /// Fails if decoding or encoding fails.
    pub fn round_trip(&self, json: &str) -> Result<String, String> {
        let mut output = Vec::new();
        let result = (self.round_trip)(json, &mut Serializer::new(&mut output));
        output_of(result, output)
    }

    /// Decodes a message, as a watcher does, and encodes the result in JSON.
    ///
    /// # Errors
    ///
    /// Fails if decoding or encoding fails.
    pub fn encode_protobuf_as_json(&self, message: &[u8]) -> Result<String, String> {
        let mut output = Vec::new();
        let result = (self.protobuf_to_json)(message, &mut Serializer::new(&mut output));
        output_of(result, output)
    }
}

fn output_of(result: Result<(), Failure>, output: Vec<u8>) -> Result<String, String> {
    match result {
        Ok(()) => Ok(String::from_utf8(output).expect("JSON is UTF-8")),
        Err(Failure::Decode(error)) => Err(error.to_string()),
        Err(Failure::Encode(error)) => Err(error.to_string()),
    }
}

/// This and the next are the only functions that are compiled for each of thousands of types. They avoid closures and
/// `?`, which would be compiled as often.
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

fn protobuf_to_json<T: Field + Serialize + Default>(
    message: &[u8],
    serializer: &mut Serializer<&mut Vec<u8>>,
) -> Result<(), Failure> {
    match protobuf::from_message::<T>(message) {
        Ok(value) => match value.serialize(serializer) {
            Ok(()) => Ok(()),
            Err(error) => Err(Failure::Encode(error)),
        },
        Err(error) => Err(Failure::Decode(error)),
    }
}
