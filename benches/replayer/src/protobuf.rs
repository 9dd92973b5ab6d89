//! A kind in protobuf.
//!
//! Every length is in front of what it counts, so all placeholders have a fixed length.

use serde_json::{Value, json};

use crate::encoding::{DIGITS, Encoding, Page, VERSION, listed_version};
use crate::scenario::Stamp;
use crate::template::{Template, with_markers};

/// A kind in protobuf.
pub(crate) struct Protobuf {
    api_version: String,
    kind: String,
    /// An item of a list.
    item: Template,
    item_length: usize,
    added: Template,
    modified: Template,
}

/// The release whose messages are written.
const MINOR: u32 = 37;
/// What a body, and an object in an event, starts with.
const MAGIC: &[u8] = b"k8s\0";

impl Protobuf {
    /// Returns the encoding of a kind of Kubernetes' own, of which this is an object in JSON.
    pub(crate) fn new(object: &str) -> Self {
        let [listed, changed] = DIGITS.map(|digits| {
            let object = serde_json::from_str(&with_markers(object, digits)).expect("it is JSON");
            (encode(&object), digits, object)
        });
        let text = |name: &str| listed.2[name].as_str().unwrap_or_default().to_owned();
        let item = message_of(&listed.0);
        Self {
            api_version: text("apiVersion"),
            kind: text("kind"),
            item: Template::new(&field(2, item), listed.1),
            item_length: field(2, item).len(),
            added: Template::new(&event("ADDED", &listed.0), listed.1),
            modified: Template::new(&event("MODIFIED", &changed.0), changed.1),
        }
    }
}

impl Encoding for Protobuf {
    fn media_type(&self, watch: bool) -> &'static str {
        if watch {
            "application/vnd.kubernetes.protobuf;stream=watch"
        } else {
            "application/vnd.kubernetes.protobuf"
        }
    }

    fn added(&self, number: u32, sent: Stamp, to: &mut Vec<u8>) {
        self.added.write(number, listed_version(number), sent, to);
    }

    fn modified(&self, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>) {
        self.modified.write(number, version, sent, to);
    }

    fn bookmark(&self, version: u64, ends_initial_events: bool, to: &mut Vec<u8>) {
        let mut metadata = json!({"resourceVersion": version.to_string()});
        if ends_initial_events {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let (api_version, kind) = (&self.api_version, &self.kind);
        let object = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata});
        to.extend_from_slice(&event("BOOKMARK", &encode(&object)));
    }

    fn list_start(&self, page: &Page, to: &mut Vec<u8>) {
        let mut metadata = field(2, VERSION.to_string().as_bytes());
        if page.left > 0 {
            metadata.extend(field(3, page.end.to_string().as_bytes()));
            metadata.push(4 << 3);
            varint(page.left as usize, &mut metadata);
        }
        let metadata = field(1, &metadata);
        let kind = format!("{}List", self.kind);
        let types = [field(1, self.api_version.as_bytes()), field(2, kind.as_bytes())].concat();
        to.extend_from_slice(MAGIC);
        to.extend(field(1, &types));
        start(2, metadata.len() + self.item_length * page.items as usize, to);
        to.extend(metadata);
    }

    fn item(&self, number: u32, _is_first: bool, sent: Stamp, to: &mut Vec<u8>) {
        self.item.write(number, listed_version(number), sent, to);
    }

    fn list_end(&self, to: &mut Vec<u8>) {
        to.extend([field(3, b""), field(4, b"")].concat());
    }
}

/// Encodes an object in its envelope.
fn encode(object: &Value) -> Vec<u8> {
    embedded_apiserver::protobuf::encode(object, MINOR).expect("a kind of Kubernetes' own")
}

/// Returns the object's message in its envelope: the field 2.
fn message_of(envelope: &[u8]) -> &[u8] {
    let mut rest = &envelope[MAGIC.len()..];
    loop {
        let (tag, after) = read_varint(rest);
        let (length, after) = read_varint(after);
        let (content, after) = after.split_at(length);
        if tag >> 3 == 2 {
            return content;
        }
        rest = after;
    }
}

/// Returns an event with its length in front.
fn event(etype: &str, envelope: &[u8]) -> Vec<u8> {
    let event = [field(1, etype.as_bytes()), field(2, &field(1, envelope))].concat();
    let length = u32::try_from(event.len()).expect("events are small");
    [&length.to_be_bytes()[..], &event].concat()
}

/// Returns a field of text, or of a message.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = Vec::new();
    start(number, content.len(), &mut field);
    field.extend_from_slice(content);
    field
}

fn start(number: u8, length: usize, to: &mut Vec<u8>) {
    to.push(number << 3 | 2);
    varint(length, to);
}

fn varint(mut number: usize, to: &mut Vec<u8>) {
    while number > 0x7f {
        to.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    to.push(number.to_le_bytes()[0]);
}

fn read_varint(bytes: &[u8]) -> (usize, &[u8]) {
    let last = bytes.iter().position(|byte| *byte < 0x80).expect("a number ends");
    let (number, rest) = bytes.split_at(last + 1);
    let bits = |number, byte: &u8| number << 7 | usize::from(byte & 0x7f);
    (number.iter().rev().fold(0, bits), rest)
}
