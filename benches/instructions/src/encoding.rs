//! Encodes in protobuf what a server sends: events and lists of one object, with another name or version each.

use watchable_core::protobuf::{Contents, Envelope, Message};

/// Fields of the metadata.
pub(crate) const NAME: u32 = 1;
pub(crate) const VERSION: u32 = 6;

/// The field of an object that is its metadata.
const METADATA: u32 = 1;

/// Returns an object's envelope with this text as a field of its metadata.
pub(crate) fn with_metadata(object: &[u8], field: u32, text: &str) -> Vec<u8> {
    let object = Envelope::open(object).expect("an envelope");
    let message = copied(object.message, |number, contents| match contents {
        Contents::Bytes(metadata) if number == METADATA => {
            let replaced =
                copied(metadata, |number, _| (number == field).then(|| text.as_bytes().to_vec()));
            Some(replaced)
        }
        _ => None,
    });
    enveloped(object.api_version, object.kind, &message)
}

/// Returns the frame of a MODIFIED event.
pub(crate) fn modified(object: &[u8]) -> Vec<u8> {
    let event = [bytes(1, b"MODIFIED"), bytes(2, &bytes(1, object))].concat();
    let length = u32::try_from(event.len()).expect("events are small");
    [&length.to_be_bytes()[..], &event].concat()
}

/// Returns what is before and behind a text.
pub(crate) fn split_at<'a>(encoded: &'a [u8], text: &str) -> (&'a [u8], &'a [u8]) {
    let found = encoded.windows(text.len()).position(|window| window == text.as_bytes());
    let at = found.expect("the text");
    (&encoded[..at], &encoded[at + text.len()..])
}

/// Returns the beginning of a list of so many items of this length.
pub(crate) fn list_start(items: usize, length: usize) -> Vec<u8> {
    let metadata = bytes(METADATA, &bytes(2, b"7"));
    let mut list = [b"k8s\0", &*types("v1", "PodList")].concat();
    start(2, metadata.len() + items * length, &mut list);
    list.extend(metadata);
    list
}

/// Returns an object as an item of a list.
pub(crate) fn item(object: &[u8]) -> Vec<u8> {
    bytes(2, Envelope::open(object).expect("an envelope").message)
}

/// Copies a message, whose fields of bytes may be replaced.
fn copied(message: &[u8], replace: impl Fn(u32, Contents<'_>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut copy = Vec::with_capacity(message.len());
    let mut fields = Message::new(message);
    while let Some((number, contents)) = fields.next_field().expect("a valid message") {
        match (replace(number, contents), contents) {
            (Some(replaced), _) => copy.extend(bytes(number, &replaced)),
            (None, Contents::Bytes(contents)) => copy.extend(bytes(number, contents)),
            (None, Contents::Varint(value)) => {
                varint(u64::from(number) << 3, &mut copy);
                varint(value, &mut copy);
            }
            (None, contents) => panic!("{contents:?} in an object or its metadata"),
        }
    }
    copy
}

fn enveloped(api_version: &str, kind: &str, message: &[u8]) -> Vec<u8> {
    [b"k8s\0", &*types(api_version, kind), &bytes(2, message), &bytes(3, b""), &bytes(4, b"")]
        .concat()
}

fn types(api_version: &str, kind: &str) -> Vec<u8> {
    bytes(1, &[bytes(1, api_version.as_bytes()), bytes(2, kind.as_bytes())].concat())
}

/// Encodes a string, bytes or a message.
fn bytes(number: u32, contents: &[u8]) -> Vec<u8> {
    let mut field = Vec::new();
    start(number, contents.len(), &mut field);
    field.extend_from_slice(contents);
    field
}

/// Writes the number and the length of a field.
fn start(number: u32, length: usize, to: &mut Vec<u8>) {
    varint(u64::from(number) << 3 | 2, to);
    varint(length as u64, to);
}

fn varint(mut value: u64, to: &mut Vec<u8>) {
    while value >= 0x80 {
        to.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    to.push(value.to_le_bytes()[0]);
}
