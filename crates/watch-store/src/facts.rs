//! What the built-in indexes need of an object: its labels and the uids of its owners.
//!
//! Read from the object as it was received, so that neither its type nor a projection of it has to have them.

use std::collections::BTreeMap;

use serde::Deserialize;
use watch_protocol::raw_object::{Form, RawObject};
use watch_protocol::uid::Uid;
use watchable_core::json;
use watchable_core::protobuf::{Contents, Envelope, Error, Message};

/// The labels of an object, and the uids of its owners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) owners: Vec<Uid>,
}

impl Facts {
    /// Reads them. Where the metadata is damaged, there are none: the type of the object may not even have them.
    pub(crate) fn of(object: &RawObject) -> Self {
        match object.form {
            Form::Json | Form::Row => Self::of_json(object.as_json().unwrap_or_default()),
            Form::Message => Self::of_message(&object.bytes).unwrap_or_default(),
            Form::Envelope => Envelope::open(&object.bytes)
                .and_then(|envelope| Self::of_message(envelope.message))
                .unwrap_or_default(),
        }
    }

    fn of_json(text: &[u8]) -> Self {
        let object: Object = json::from_slice(text).unwrap_or_default();
        let metadata = object.metadata.unwrap_or_default();
        let labels = metadata.labels.unwrap_or_default().into_iter();
        let owners = metadata.owner_references.unwrap_or_default().into_iter();
        Self {
            labels: labels.map(|(key, value)| (key, value.unwrap_or_default())).collect(),
            owners: owners.map(|owner| Uid::of(&owner.uid.unwrap_or_default())).collect(),
        }
    }

    fn of_message(object: &[u8]) -> Result<Self, Error> {
        let (mut labels, mut owners) = (BTreeMap::new(), Vec::new());
        for metadata in messages(object, 1)? {
            for label in messages(metadata, 11)? {
                let text = |number| Ok::<_, Error>(text(&messages(label, number)?));
                labels.insert(text(1)?, text(2)?);
            }
            for owner in messages(metadata, 13)? {
                owners.push(Uid::of(&text(&messages(owner, 4)?)));
            }
        }
        Ok(Self { labels: labels.into_iter().collect(), owners })
    }
}

/// Returns what is in the fields of this number.
fn messages(message: &[u8], number: u32) -> Result<Vec<&[u8]>, Error> {
    let (mut fields, mut found) = (Message::new(message), Vec::new());
    while let Some((other, contents)) = fields.next_field()? {
        if let (true, Contents::Bytes(bytes)) = (other == number, contents) {
            found.push(bytes);
        }
    }
    Ok(found)
}

/// Of a field that occurs several times, the last one counts.
fn text(fields: &[&[u8]]) -> String {
    String::from_utf8_lossy(fields.last().copied().unwrap_or_default()).into_owned()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    metadata: Option<Metadata>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    labels: Option<BTreeMap<String, Option<String>>>,
    owner_references: Option<Vec<Owner>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Owner {
    uid: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &'static str) -> Facts {
        Facts::of(&RawObject { form: Form::Json, bytes: text.as_bytes().into() })
    }

    fn field(number: u8, contents: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(contents.len()).unwrap()], contents].concat()
    }

    #[test]
    fn labels_and_owners_are_the_same_on_both_wires() {
        let facts = json(
            r#"{"metadata":{"labels":{"b":"","a":"1"},"ownerReferences":[{"uid":"u","name":"x"}]},"spec":[{}]}"#,
        );
        let labels = [("a", "1"), ("b", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(facts, Facts { labels: labels.into(), owners: vec![Uid::of("u")] });

        let label =
            |key: &[u8], value: &[u8]| field(11, &[field(1, key), field(2, value)].concat());
        let owner = field(13, &[field(3, b"x"), field(4, b"u")].concat());
        let metadata = [field(1, b"name"), label(b"b", b""), label(b"a", b"1"), owner].concat();
        let message = [field(1, &metadata), field(2, b"spec")].concat();
        let form = Form::Message;
        assert_eq!(Facts::of(&RawObject { form, bytes: message.clone().into() }), facts);
        let envelope = [b"k8s\0".as_slice(), &field(2, &message)].concat();
        assert_eq!(Facts::of(&RawObject { form: Form::Envelope, bytes: envelope.into() }), facts);
    }

    #[test]
    fn what_is_absent_null_or_damaged_has_none() {
        for text in [
            "{}",
            r#"{"metadata":null}"#,
            r#"{"metadata":{"labels":null}}"#,
            "[",
            r#"{"metadata":7}"#,
        ] {
            assert_eq!(json(text), Facts::default(), "{text}");
        }
        let damaged = RawObject { form: Form::Message, bytes: b"\x0a\x09".as_slice().into() };
        assert_eq!(Facts::of(&damaged), Facts::default());
    }
}
