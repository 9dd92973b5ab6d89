//! A hash of an object's content, to compare objects without a resource version.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;

/// Hashes an object. White space, the order of members, and `kind` and `apiVersion`, which lists omit, make no
/// difference.
pub(crate) fn hash(object: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    match serde_json::from_slice(object) {
        Ok(Value::Object(mut members)) => {
            members.remove("kind");
            members.remove("apiVersion");
            Value::Object(members).to_string().hash(&mut hasher);
        }
        _ => object.hash(&mut hasher),
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_content_has_an_equal_hash_in_lists_and_watches() {
        let object = hash(br#"{"metadata":{"name":"a"},"spec":{"x":1}}"#);
        assert_eq!(
            object,
            hash(br#"{ "kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}, "spec":{"x":1}}"#)
        );
        assert_ne!(object, hash(br#"{"metadata":{"name":"a"},"spec":{"x":2}}"#));
        assert_ne!(hash(b"{"), hash(b"["));
    }
}
