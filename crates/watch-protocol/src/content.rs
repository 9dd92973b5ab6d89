//! A hash of an object's content, to compare objects without a resource version.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;
use watchable_core::protobuf::Envelope;

use crate::raw_object::{Form, RawObject};

/// Hashes an object. White space, the order of members, and `kind` and `apiVersion`, which lists omit, make no
/// difference. In JSON and in protobuf the hash is another one.
pub(crate) fn hash(object: &RawObject) -> u64 {
    match object.form {
        Form::Json | Form::Row => hash_json(object.as_json().unwrap_or(&object.bytes)),
        Form::Message => hash_bytes(&object.bytes),
        Form::Envelope => hash_bytes(
            Envelope::open(&object.bytes).map_or(&object.bytes, |envelope| envelope.message),
        ),
    }
}

fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn hash_json(object: &[u8]) -> u64 {
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
        let hash = |text: &'static str| hash(&RawObject::json(text.into()));
        let object = hash(r#"{"metadata":{"name":"a"},"spec":{"x":1}}"#);
        assert_eq!(
            object,
            hash(r#"{ "kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}, "spec":{"x":1}}"#)
        );
        assert_ne!(object, hash(r#"{"metadata":{"name":"a"},"spec":{"x":2}}"#));
        assert_ne!(hash("{"), hash("["));
    }

    #[test]
    fn equal_messages_have_an_equal_hash_in_lists_and_watches() {
        let hash = |form, bytes: &'static [u8]| hash(&RawObject { form, bytes: bytes.into() });
        let item = hash(Form::Message, b"\x0a\x00");
        assert_eq!(item, hash(Form::Envelope, b"k8s\0\x0a\x04\x0a\x02v1\x12\x02\x0a\x00\x1a\x00"));
        assert_ne!(item, hash(Form::Envelope, b"k8s\0\x12\x02\x12\x00"));
        assert_ne!(hash(Form::Envelope, b"k8s\0\x12"), hash(Form::Envelope, b"k8s\0\x13"));
    }
}
