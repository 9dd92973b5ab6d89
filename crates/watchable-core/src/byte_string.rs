//! Bytes that the API encodes as base64, such as a Secret's `data`.

use std::fmt;
use std::str::FromStr;

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};
use base64::{DecodeError, Engine as _};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// As Go decodes: the bits of the last letter that are in no byte may be set.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// Bytes, encoded as base64 in JSON (OpenAPI format `byte`).
///
/// `null` decodes as no bytes, and no bytes are encoded as `""`. An API server that stores JSON
/// (`--storage-media-type=application/json`) returns a `null` among a Secret's `data` as it was written, and any other
/// one returns `""` in its place. The API does not distinguish them.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ByteString(pub Vec<u8>);

/// Decodes base64 as Go does.
impl FromStr for ByteString {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        // Go ignores line breaks too: people paste wrapped base64 into manifests.
        let decoded = if text.contains(['\r', '\n']) {
            LENIENT.decode(text.replace(['\r', '\n'], ""))
        } else {
            LENIENT.decode(text)
        };
        decoded.map(Self)
    }
}

impl Serialize for ByteString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for ByteString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;

        impl Visitor<'_> for Base64 {
            type Value = ByteString;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64 text")
            }

            /// Go encodes an unset byte slice as `null`.
            fn visit_unit<E: de::Error>(self) -> Result<ByteString, E> {
                Ok(ByteString::default())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ByteString, E> {
                text.parse().map_err(|error| E::custom(format_args!("invalid base64: {error}")))
            }
        }

        deserializer.deserialize_any(Base64)
    }
}

/// Prints only the length, because the bytes are often secret.
impl fmt::Debug for ByteString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ByteString({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for ByteString {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_round_trips() {
        let bytes: ByteString = serde_json::from_str(r#""aGk=""#).unwrap();
        assert_eq!(bytes.0, b"hi");
        assert_eq!(serde_json::to_string(&bytes).unwrap(), r#""aGk=""#);
    }

    #[test]
    fn stray_bits_of_the_last_letter_are_ignored() {
        for (text, decoded) in [("YWJ=", "ab"), ("YX==", "a"), ("YWI=", "ab")] {
            let bytes: ByteString = serde_json::from_value(text.into()).unwrap();
            assert_eq!(bytes.0, decoded.as_bytes(), "{text}");
        }
        for text in ["YWI", "YQ", "YWI==", "Y"] {
            assert!(serde_json::from_value::<ByteString>(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn line_breaks_in_base64_are_ignored() {
        let bytes: ByteString = serde_json::from_str(r#""aG\nk=\n""#).unwrap();
        assert_eq!(bytes.0, b"hi");
    }

    #[test]
    fn null_bytes_are_empty() {
        let bytes: ByteString = serde_json::from_str("null").unwrap();
        assert_eq!(bytes, ByteString::default());
        assert_eq!(serde_json::to_string(&bytes).unwrap(), r#""""#);
    }

    #[test]
    fn malformed_base64_is_an_error() {
        let error = serde_json::from_str::<ByteString>(r#""a!""#).unwrap_err();
        assert!(error.to_string().contains("invalid base64"), "{error}");
    }

    #[test]
    fn debug_does_not_reveal_the_bytes() {
        assert_eq!(format!("{:?}", ByteString(b"hunter2".to_vec())), "ByteString(7 bytes)");
    }

    #[test]
    fn another_type_is_an_error() {
        let error = serde_json::from_str::<ByteString>("[1]").unwrap_err();
        assert!(error.to_string().contains("expected base64 text"), "{error}");
        assert_eq!(ByteString::from(vec![1, 2]).0, [1, 2]);
    }
}
