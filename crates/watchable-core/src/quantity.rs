//! An amount as the API writes it: `500m`, `512Mi`.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// An amount with a unit, kept as it was written.
///
/// Two spellings of one amount (`1`, `1000m`) are two values here: the API server has made them
/// canonical, and a program that compares amounts says how exact it needs to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Quantity(pub String);

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Amount;

        // Custom resources hold bare numbers where an amount is meant; Go's decoder takes them too.
        impl Visitor<'_> for Amount {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a quantity as a string or a number")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
                Ok(Quantity(text.to_owned()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Quantity, E> {
                Ok(Quantity(text))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Quantity, E> {
                Ok(Quantity(number.to_string()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Quantity, E> {
                Ok(Quantity(number.to_string()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Quantity, E> {
                Ok(Quantity(number.to_string()))
            }
        }

        deserializer.deserialize_any(Amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stay_as_written() {
        let amount: Quantity = serde_json::from_str(r#""0.5Gi""#).unwrap();
        assert_eq!(serde_json::to_string(&amount).unwrap(), r#""0.5Gi""#);
    }

    #[test]
    fn bare_numbers_are_read() {
        assert_eq!(serde_json::from_str::<Quantity>("2").unwrap(), Quantity("2".into()));
        assert_eq!(serde_json::from_str::<Quantity>("0.5").unwrap(), Quantity("0.5".into()));
    }

    #[test]
    fn it_prints_as_written_and_says_what_it_expected() {
        let amount: Quantity = serde_json::from_value("512Mi".into()).unwrap();
        assert_eq!(amount.to_string(), "512Mi");
        assert_eq!(serde_json::from_str::<Quantity>("-1").unwrap().0, "-1");
        let error = serde_json::from_str::<Quantity>("true").unwrap_err().to_string();
        assert!(error.contains("a quantity as a string or a number"), "{error}");
    }
}
