//! A generated type without its type: a definition's name, and a way through it.

use serde::{Deserialize, Serialize};
use serde_json::Serializer;
use watchable_core::json;

/// A generated type, under the name of its definition.
#[derive(Clone, Copy)]
pub struct Type {
    /// The definition in the release's spec.
    pub definition: &'static str,
    through: Through,
}

type Through = fn(&str, &mut Serializer<&mut Vec<u8>>) -> Result<(), Fault>;

enum Fault {
    Reading(json::Error),
    Writing(serde_json::Error),
}

impl Type {
    /// The type `T`, which stands for a definition.
    pub const fn of<T>(definition: &'static str) -> Self
    where
        T: for<'de> Deserialize<'de> + Serialize,
    {
        Self { definition, through: through::<T> }
    }

    /// Decodes a text, as a watcher does, and encodes what has become of it.
    ///
    /// # Errors
    ///
    /// Those of decoding, and of encoding.
    pub fn through(&self, json: &str) -> Result<String, String> {
        let mut written = Vec::new();
        match (self.through)(json, &mut Serializer::new(&mut written)) {
            Ok(()) => Ok(String::from_utf8(written).expect("JSON is UTF-8")),
            Err(Fault::Reading(error)) => Err(error.to_string()),
            Err(Fault::Writing(error)) => Err(error.to_string()),
        }
    }
}

/// The only function that is compiled once a type. There are thousands of them, so it is spelt out:
/// each closure and each `?` would be compiled as often.
fn through<T: for<'de> Deserialize<'de> + Serialize>(
    text: &str,
    serializer: &mut Serializer<&mut Vec<u8>>,
) -> Result<(), Fault> {
    match json::from_str::<T>(text) {
        Ok(value) => match value.serialize(serializer) {
            Ok(()) => Ok(()),
            Err(error) => Err(Fault::Writing(error)),
        },
        Err(error) => Err(Fault::Reading(error)),
    }
}
