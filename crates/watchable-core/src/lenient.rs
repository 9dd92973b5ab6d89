//! Lenient decoding of what API servers write: `null` decodes as the default.

use serde::{Deserialize, Deserializer};

/// Decodes a value, and `null` as the default, like Go's JSON decoder. For serde's `deserialize_with`.
///
/// # Errors
///
/// Fails if decoding `T` fails.
pub fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Lists {
        #[serde(deserialize_with = "super::null_is_default")]
        items: Vec<u8>,
        #[serde(deserialize_with = "super::null_is_default")]
        name: String,
    }

    #[test]
    fn null_or_absent_decodes_as_the_default() {
        for text in [r#"{"items":null,"name":null}"#, "{}"] {
            let lists: Lists = serde_json::from_str(text).unwrap();
            assert!(lists.items.is_empty() && lists.name.is_empty());
        }
    }

    #[test]
    fn another_type_is_an_error() {
        let error = serde_json::from_str::<Lists>(r#"{"items":3}"#).unwrap_err();
        assert!(error.to_string().contains("expected a sequence"), "{error}");
    }
}
