//! A resource quantity: `500m`, `512Mi`.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::Text;

/// A quantity with an optional suffix, kept as written.
///
/// Two notations of one amount (`1`, `1000m`) are not equal. The API server canonicalizes quantities, and a
/// program that computes with them chooses its own number type.
///
/// The default is `0`, as in Go: that is what `null` or an absent quantity stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Quantity(pub Text);

impl Default for Quantity {
    fn default() -> Self {
        Self("0".into())
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<&str> for Quantity {
    fn from(amount: &str) -> Self {
        Self(amount.into())
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Amount;

        // Custom resources contain plain numbers as quantities; Go's decoder accepts them too.
        impl Visitor<'_> for Amount {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a quantity as a string or a number")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Quantity, E> {
                Ok(Quantity::default())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
                Ok(Quantity(text.into()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Quantity, E> {
                Ok(Quantity(text.into()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Quantity, E> {
                Ok(Quantity(number.to_string().into()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Quantity, E> {
                Ok(Quantity(number.to_string().into()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Quantity, E> {
                Ok(Quantity(number.to_string().into()))
            }
        }

        deserializer.deserialize_any(Amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantity_round_trips_as_written() {
        let amount: Quantity = serde_json::from_str(r#""0.5Gi""#).unwrap();
        assert_eq!(serde_json::to_string(&amount).unwrap(), r#""0.5Gi""#);
    }

    #[test]
    fn plain_number_is_accepted() {
        assert_eq!(serde_json::from_str::<Quantity>("2").unwrap(), Quantity("2".into()));
        assert_eq!(serde_json::from_str::<Quantity>("0.5").unwrap(), Quantity("0.5".into()));
    }

    #[test]
    fn null_or_absent_is_zero() {
        assert_eq!(serde_json::from_str::<Quantity>("null").unwrap().0, "0");
        assert_eq!(serde_json::to_string(&Quantity::default()).unwrap(), r#""0""#);
    }

    #[test]
    fn another_type_is_an_error() {
        let amount: Quantity = serde_json::from_value("512Mi".into()).unwrap();
        assert_eq!(amount.to_string(), "512Mi");
        assert_eq!(serde_json::from_str::<Quantity>("-1").unwrap().0, "-1");
        let error = serde_json::from_str::<Quantity>("true").unwrap_err().to_string();
        assert!(error.contains("a quantity as a string or a number"), "{error}");
    }
}
