//! An object as it is kept in a compact store: encoded, without its managed fields.

use std::sync::Arc;

use watch_protocol::raw_object::{Form, RawObject};
use watchable_core::protobuf::{Contents, Envelope, Error, Message};
use watchable_core::{RawJson, ResourceInfo, WatchItem, json};

/// The number of an object's metadata, and of the managed fields in it.
const METADATA: u32 = 1;
const MANAGED_FIELDS: u32 = 17;

/// An encoded object. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Encoded {
    is_json: bool,
    bytes: Arc<[u8]>,
}

impl Encoded {
    /// Takes an object over in a buffer of its own: a slice would keep alive the whole chunk that was received.
    pub(crate) fn of(object: &RawObject, drops_managed_fields: bool) -> Result<Self, Error> {
        let bytes = match object.form {
            Form::Json | Form::Row if drops_managed_fields => {
                json::without_managed_fields::<RawJson>(&object.bytes)?.get().as_bytes().into()
            }
            Form::Json | Form::Row => {
                json::from_slice::<RawJson>(&object.bytes)?.get().as_bytes().into()
            }
            Form::Message => message(&object.bytes, drops_managed_fields)?,
            Form::Envelope => {
                message(Envelope::open(&object.bytes)?.message, drops_managed_fields)?
            }
        };
        Ok(Self { is_json: matches!(object.form, Form::Json | Form::Row), bytes })
    }

    /// Decodes the object.
    pub(crate) fn decode<T: WatchItem>(&self, resource: &ResourceInfo) -> Result<T, Error> {
        let mut object: T = if self.is_json {
            T::from_json(&self.bytes, false)?
        } else {
            let envelope = Envelope { message: &self.bytes, ..Envelope::default() };
            T::from_protobuf(&envelope, false)?
        };
        object.fill_type_meta(resource);
        Ok(object)
    }

    /// Returns the number of bytes.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

fn message(message: &[u8], drops_managed_fields: bool) -> Result<Arc<[u8]>, Error> {
    if !drops_managed_fields {
        return Ok(message.into());
    }
    let mut kept = Vec::with_capacity(message.len());
    let mut fields = Message::new(message);
    while let Some((number, contents)) = fields.next_field()? {
        match contents {
            Contents::Bytes(metadata) if number == METADATA => {
                let mut kept_metadata = Vec::with_capacity(metadata.len());
                let mut fields = Message::new(metadata);
                while let Some((number, contents)) = fields.next_field()? {
                    if number != MANAGED_FIELDS {
                        write_field(&mut kept_metadata, number, contents);
                    }
                }
                write_field(&mut kept, number, Contents::Bytes(&kept_metadata));
            }
            contents => write_field(&mut kept, number, contents),
        }
    }
    Ok(kept.into())
}

fn write_field(to: &mut Vec<u8>, number: u32, contents: Contents<'_>) {
    let tag = |wire_type: u64| u64::from(number) << 3 | wire_type;
    match contents {
        Contents::Varint(value) => {
            write_varint(to, tag(0));
            write_varint(to, value);
        }
        Contents::Fixed64(value) => {
            write_varint(to, tag(1));
            to.extend(value.to_le_bytes());
        }
        Contents::Bytes(bytes) => {
            write_varint(to, tag(2));
            write_varint(to, bytes.len() as u64);
            to.extend(bytes);
        }
        Contents::Fixed32(value) => {
            write_varint(to, tag(5));
            to.extend(value.to_le_bytes());
        }
    }
}

fn write_varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    to.push(value.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchable_core::{DynamicObject, Meta, Scope};

    const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

    #[test]
    fn json_is_kept_without_managed_fields_unless_they_are_wanted() {
        let text = r#"{"metadata":{"name":"a","managedFields":[{}]},"spec":1}"#;
        let object = RawObject { form: Form::Json, bytes: text.as_bytes().into() };
        for (drops, kept) in [
            (true, r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":1}"#),
            (
                false,
                r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","managedFields":[{}]},"spec":1}"#,
            ),
        ] {
            let encoded = Encoded::of(&object, drops).unwrap();
            assert_eq!(encoded.decode::<DynamicObject>(&POD).unwrap().json(), kept);
        }
        let damaged = RawObject { form: Form::Json, bytes: "{".into() };
        assert!(Encoded::of(&damaged, true).is_err());
    }

    #[test]
    fn message_is_kept_without_managed_fields_unless_they_are_wanted() {
        // The metadata: a name, a generation of two bytes, and managed fields, whose number takes two bytes.
        let managed = b"\x8a\x01\x03\x0a\x01m";
        let metadata = [b"\x0a\x01a\x38\xac\x02".as_slice(), managed].concat();
        let rest = b"\x12\x01x\x19\x01\x02\x03\x04\x05\x06\x07\x08\x25\x01\x02\x03\x04";
        let message = [&[0x0a, 12], metadata.as_slice(), rest].concat();
        let envelope = [b"k8s\0\x12".as_slice(), &[31], &message].concat();
        assert_eq!(message.len(), 31);
        for (form, bytes) in [(Form::Message, message.clone()), (Form::Envelope, envelope)] {
            let object = RawObject { form, bytes: bytes.into() };
            let whole = Encoded::of(&object, false).unwrap();
            assert_eq!(*whole.bytes, message);
            let lean = Encoded::of(&object, true).unwrap();
            assert_eq!(*lean.bytes, [&[0x0a, 6], &metadata[..6], rest].concat());
            assert_eq!(lean.len() + managed.len(), whole.len());
            for (encoded, fields) in [(&whole, 1), (&lean, 0)] {
                let meta: Meta<DynamicObject> = encoded.decode(&POD).unwrap();
                assert_eq!(meta.metadata.generation, Some(300));
                assert_eq!(meta.metadata.managed_fields.len(), fields);
                assert_eq!(meta.kind.as_deref(), Some("Pod"));
            }
        }
        assert!(
            Encoded::of(&RawObject { form: Form::Message, bytes: "\x0a".into() }, true).is_err()
        );
    }
}
