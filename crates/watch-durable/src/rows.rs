//! The rows of a checkpoint: how objects and namespaces are written.
//!
//! | key | value |
//! |---|---|
//! | `h` | the header, as JSON |
//! | `n`, number | the namespace's name |
//! | `o`, uid, number of the namespace, name | resource version, count of rollbacks, perhaps the object |
//! | `u`, anything | of the program, which adds it to batches: see [`CheckpointStore`](crate::CheckpointStore) |
//!
//! Numbers are LEB128. An object's key begins with its uid, so that the keys of objects that are created one after
//! another are spread: a B-tree that is filled in order keeps its pages half empty. Namespaces are numbered because
//! thousands of objects share one.

use watch_protocol::identity::Identity;
use watch_protocol::raw_object::{Form, RawObject};
use watch_protocol::uid::Uid;

use crate::leb128::{number, put_number, put_text, take, text};

pub(crate) const HEADER: &[u8] = b"h";
const NAMESPACE: u8 = b'n';
const OBJECT: u8 = b'o';
const USER_ROW: u8 = b'u';

/// A row that was read.
#[derive(Debug, PartialEq)]
pub(crate) enum Read {
    Header,
    UserRow,
    Namespace(u64),
    Object { namespace: u64, identity: Identity, rollbacks: u32, object: Option<RawObject> },
}

pub(crate) fn namespace_key(number: u64) -> Vec<u8> {
    let mut key = vec![NAMESPACE];
    put_number(&mut key, number);
    key
}

pub(crate) fn object_key(namespace: u64, identity: &Identity) -> Vec<u8> {
    let mut key = Vec::with_capacity(24 + identity.name.len());
    key.push(OBJECT);
    match &identity.uid {
        Uid::Uuid(uid) => {
            key.push(0);
            key.extend_from_slice(uid);
        }
        Uid::Text(uid) => {
            key.push(1);
            put_text(&mut key, uid);
        }
    }
    put_number(&mut key, namespace);
    key.extend_from_slice(identity.name.as_bytes());
    key
}

pub(crate) fn object_value(
    identity: &Identity,
    rollbacks: u32,
    object: Option<&RawObject>,
) -> Vec<u8> {
    let mut value = Vec::with_capacity(12);
    if let Some(text) = &identity.version {
        let number = text.parse::<u64>().ok().filter(|number| number.to_string() == *text);
        if let Some(number) = number {
            // It takes a third of its text.
            value.push(0);
            put_number(&mut value, number);
        } else {
            value.push(1);
            put_text(&mut value, text);
        }
    } else {
        value.push(2);
        value.extend_from_slice(&identity.content.to_le_bytes());
    }
    put_number(&mut value, rollbacks.into());
    if let Some(object) = object {
        value.push(match object.form {
            Form::Json => 0,
            Form::Envelope => 1,
            Form::Message => 2,
            Form::Row => 3,
        });
        value.extend_from_slice(&object.bytes);
    }
    value
}

/// Reads a row. `None` if it is none of this version's.
pub(crate) fn read(key: &[u8], value: &[u8]) -> Option<Read> {
    let (kind, mut key) = key.split_first()?;
    match *kind {
        b'h' if key.is_empty() => Some(Read::Header),
        USER_ROW => Some(Read::UserRow),
        NAMESPACE => {
            let number = number(&mut key)?;
            key.is_empty().then_some(Read::Namespace(number))
        }
        OBJECT => {
            let uid = match take(&mut key, 1)?[0] {
                0 => Uid::Uuid(take(&mut key, 16)?.try_into().ok()?),
                1 => Uid::Text(text(&mut key)?.into()),
                _ => return None,
            };
            let namespace = number(&mut key)?;
            let name = str::from_utf8(key).ok()?.to_owned();
            read_object(value, Identity { name, uid, ..Identity::default() }, namespace)
        }
        _ => None,
    }
}

fn read_object(mut value: &[u8], mut identity: Identity, namespace: u64) -> Option<Read> {
    let value = &mut value;
    match take(value, 1)?[0] {
        0 => identity.version = Some(number(value)?.to_string()),
        1 => identity.version = Some(text(value)?.to_owned()),
        2 => identity.content = u64::from_le_bytes(take(value, 8)?.try_into().ok()?),
        _ => return None,
    }
    let rollbacks = number(value)?.try_into().ok()?;
    let object = match value.split_first() {
        None => None,
        Some((form, bytes)) => {
            let form = match form {
                0 => Form::Json,
                1 => Form::Envelope,
                2 => Form::Message,
                3 => Form::Row,
                _ => return None,
            };
            Some(RawObject { form, bytes: bytes.to_vec().into() })
        }
    };
    Some(Read::Object { namespace, identity, rollbacks, object })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_rows_round_trip_and_half_rows_are_refused() {
        let uids = ["8d81410b-1ab3-4aae-9917-698838ae0bb2", "cluster-a:7", ""];
        let versions = [Some("7"), Some("18446744073709551616"), Some("07"), Some("ä"), None];
        let objects =
            [None, Some(Form::Json), Some(Form::Row), Some(Form::Envelope), Some(Form::Message)];
        for uid in uids {
            for version in versions {
                for form in objects {
                    let identity = Identity {
                        name: "web-1".to_owned(),
                        namespace: String::new(),
                        uid: Uid::of(uid),
                        version: version.map(str::to_owned),
                        content: if version.is_none() { u64::MAX } else { 0 },
                    };
                    let object = form.map(|form| RawObject { form, bytes: "{}".into() });
                    let key = object_key(300, &identity);
                    let value = object_value(&identity, 2, object.as_ref());
                    for len in 0..value.len() {
                        let half = read(&key, &value[..len]);
                        let is_whole = matches!(&half, Some(Read::Object { object, .. })
                            if object.as_ref().is_none_or(|object| object.bytes.len() < 2));
                        assert!(half.is_none() || is_whole, "{len} of {value:?}");
                    }
                    let expected = Read::Object { namespace: 300, identity, rollbacks: 2, object };
                    assert_eq!(read(&key, &value), Some(expected));
                }
            }
        }
    }

    #[test]
    fn other_rows_are_told_apart() {
        assert_eq!(read(HEADER, b"{}"), Some(Read::Header));
        for number in [0, 127, 128, u64::MAX] {
            assert_eq!(read(&namespace_key(number), b"shop"), Some(Read::Namespace(number)));
        }
        for key in [&b""[..], b"hh", b"n", b"n\x01\x01", b"o", b"o\x00", b"o\x02", b"x"] {
            assert_eq!(read(key, b""), None, "{key:?}");
        }
        let endless = [&b"n"[..], &[0xff; 11]].concat();
        assert_eq!(read(&endless, b""), None);
    }
}
