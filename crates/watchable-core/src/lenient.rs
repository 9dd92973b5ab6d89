//! Decoding that forgives what API servers write: `null` stands for a value's default.

use serde::{Deserialize, Deserializer};

/// Decodes a value, taking `null` for its default, as Go's JSON decoder does.
///
/// # Errors
///
/// Those of decoding `T`.
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
    fn null_and_absent_are_the_default() {
        for text in [r#"{"items":null,"name":null}"#, "{}"] {
            let lists: Lists = serde_json::from_str(text).unwrap();
            assert!(lists.items.is_empty() && lists.name.is_empty());
        }
    }

    #[test]
    fn a_wrong_type_is_still_an_error() {
        let error = serde_json::from_str::<Lists>(r#"{"items":3}"#).unwrap_err();
        assert!(error.to_string().contains("expected a sequence"), "{error}");
    }
}
