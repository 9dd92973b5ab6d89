//! The strings of the types: short ones need no allocation.

use std::borrow::{Borrow, Cow};
use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use compact_str::CompactString;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// A string that holds up to 24 bytes in itself, and is no larger than a `String` (on a 64-bit machine).
///
/// Most strings of an object are as short: names, namespaces, label keys, kinds, reasons, quantities. Half of what it
/// took to decode a Pod was to allocate, fill and free a hundred of them. Longer ones are allocated like a `String`.
///
/// It dereferences to `str`, and compares with it:
///
/// ```
/// use watchable_core::Text;
///
/// let name: Option<Text> = Some("web-1".into());
/// assert_eq!(name.as_deref(), Some("web-1"));
/// assert!(name.is_some_and(|name| name.starts_with("web-") && name == "web-1"));
/// assert_eq!(String::from(Text::from(format!("{}Gi", 4))), "4Gi");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(CompactString);

impl Text {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl From<&str> for Text {
    #[inline]
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

/// Keeps the allocation of a long string.
impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Box<str>> for Text {
    fn from(text: Box<str>) -> Self {
        Self(text.into())
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        Self(text.into())
    }
}

impl FromStr for Text {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

/// Keeps the allocation of a long string.
impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0.into()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<Text> for &str {
    fn eq(&self, other: &Text) -> bool {
        *self == other.as_str()
    }
}

impl PartialEq<Text> for String {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = Self::default();
        deserializer.deserialize_string(Characters(&mut text))?;
        Ok(text)
    }
}

/// Decodes a string in place.
pub(crate) struct Characters<'a, T>(pub(crate) &'a mut T);

impl<T: From<String> + for<'t> From<&'t str>> Visitor<'_> for Characters<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.0 = text.into();
        Ok(())
    }

    fn visit_string<E>(self, text: String) -> Result<(), E> {
        *self.0 = text.into();
        Ok(())
    }
}

#[cfg(test)]
mod tests {

    use std::collections::BTreeMap;

    use super::*;

    const LONG: &str = "a text that is too long to be held in place";

    #[test]
    fn it_is_as_small_as_a_string_also_as_an_option() {
        assert_eq!(size_of::<Text>(), size_of::<String>());
        assert_eq!(size_of::<Option<Text>>(), size_of::<String>());
    }

    #[test]
    fn short_and_long_ones_compare_hash_and_print_as_their_text() {
        for text in ["", "web", "exactly-24-bytes-of-text", LONG] {
            let held = Text::from(text);
            assert_eq!((held.as_str(), held.clone()), (text, Text::from(text.to_owned())));
            let owned = text.to_owned();
            assert_eq!(held, *text);
            assert_eq!(held, text);
            assert_eq!(held, owned);
            assert_eq!(*text, held);
            assert_eq!(text, held);
            assert_eq!(owned, held);
            assert_eq!(
                format!("{held} {held:?} {held:>30}"),
                format!("{text} {text:?} {text:>30}")
            );
            assert_eq!(BTreeMap::from([(held.clone(), 1)]).get(text), Some(&1));
            assert_eq!(std::collections::HashMap::from([(held.clone(), 1)]).get(text), Some(&1));
            assert_eq!(String::from(held), text);
        }
        let sorted = ["Z", "a", "b"].map(Text::from);
        assert!(sorted.is_sorted());
    }

    #[test]
    fn it_converts_from_every_kind_of_string() {
        let owned = LONG.to_owned();
        for text in [
            Text::from(&owned),
            Text::from(Box::<str>::from(LONG)),
            Text::from(Cow::Borrowed(LONG)),
            LONG.parse().unwrap(),
        ] {
            assert_eq!(AsRef::<str>::as_ref(&text), LONG);
        }
    }

    #[test]
    fn it_round_trips_through_json() {
        for json in [r#""web""#, r#""a\nb""#, r#""""#] {
            let text: Text = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&text).unwrap(), json);
        }
        let text: Text = serde_json::from_value(LONG.into()).unwrap();
        assert_eq!(text, LONG);
        let error = serde_json::from_str::<Text>("1").unwrap_err().to_string();
        assert!(error.contains("a string"), "{error}");
    }
}
