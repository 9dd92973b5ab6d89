//! Decodes Kubernetes' protobuf, which kubectl's typed `create` commands send, into JSON.
//!
//! Responses are always JSON, which these clients accept too. The supported messages are those in
//! `messages.txt`. An unknown field is an error, so that no data is lost.

mod messages;
mod wire;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use messages::{Field, Form, Kind, MESSAGES};
use wire::{Content, Reader};

pub(crate) const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";
/// The prefix of every body.
const MAGIC: &[u8] = b"k8s\0";

/// The reason why a body cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DecodeError {
    /// The kind is not in `messages.txt`.
    UnknownKind(String),
    Malformed(String),
}

impl From<String> for DecodeError {
    fn from(why: String) -> Self {
        Self::Malformed(why)
    }
}

/// Decodes an object in its envelope, `runtime.Unknown`.
pub(crate) fn decode(body: &[u8]) -> Result<Value, DecodeError> {
    let envelope = body.strip_prefix(MAGIC).ok_or_else(|| {
        "the body does not start with the magic number of Kubernetes' protobuf".to_owned()
    })?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for field in Reader::new(envelope) {
        match field? {
            (1, Content::Bytes(type_meta)) => {
                for field in Reader::new(type_meta) {
                    match field? {
                        (1, content) => api_version = text(&content)?,
                        (2, content) => kind = text(&content)?,
                        _ => {}
                    }
                }
            }
            (2, Content::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let message = MESSAGES
        .of_kind(&api_version, &kind)
        .ok_or_else(|| DecodeError::UnknownKind(format!("{kind} of {api_version}")))?;
    let mut object = read_message(raw, message)?;
    object.insert("kind".to_owned(), kind.into());
    object.insert("apiVersion".to_owned(), api_version.into());
    Ok(Value::Object(object))
}

fn read_message(bytes: &[u8], message: &str) -> Result<Map<String, Value>, String> {
    let fields = MESSAGES.fields(message);
    let mut object = Map::new();
    for field in Reader::new(bytes) {
        let (number, content) = field?;
        match fields.iter().find(|field| field.number == number) {
            Some(field) => put(&mut object, field, &content)?,
            // Go encodes empty fields too: a newer client's unset field is ignored.
            None if content.is_zero() => {}
            None => {
                return Err(format!("unknown field {number} of {message}"));
            }
        }
    }
    Ok(object)
}

fn put(
    object: &mut Map<String, Value>,
    field: &Field,
    content: &Content<'_>,
) -> Result<(), String> {
    let name = field.name.to_owned();
    match field.form {
        Form::Plain => {
            let value = read(content, field.kind)?;
            if !is_zero(&value) {
                object.insert(name, value);
            }
        }
        Form::Pointer => {
            object.insert(name, read(content, field.kind)?);
        }
        Form::Inline => {
            if let Value::Object(mut members) = read(content, field.kind)? {
                object.append(&mut members);
            }
        }
        Form::List => {
            let items = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = items {
                items.push(read(content, field.kind)?);
            }
        }
        Form::Map => {
            let Content::Bytes(entry) = content else { return Err(mismatch(content)) };
            let (mut key, mut value) = (String::new(), None);
            for part in Reader::new(entry) {
                match part? {
                    (1, content) => key = text(&content)?,
                    (_, content) => value = Some(read(&content, field.kind)?),
                }
            }
            let members = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(members) = members {
                members.insert(key, value.unwrap_or_else(|| "".into()));
            }
        }
    }
    Ok(())
}

fn read(content: &Content<'_>, kind: Kind) -> Result<Value, String> {
    match (kind, content) {
        (Kind::String, _) => text(content).map(Value::String),
        (Kind::Bytes, Content::Bytes(bytes)) => Ok(BASE64_STANDARD.encode(bytes).into()),
        (Kind::Bool, Content::Varint(number)) => Ok((*number != 0).into()),
        // Negative numbers are in two's complement.
        (Kind::Int, Content::Varint(number)) => Ok(number.cast_signed().into()),
        (Kind::Message(message), Content::Bytes(bytes)) => {
            read_message(bytes, message).map(Value::Object)
        }
        (Kind::Time, Content::Bytes(bytes)) => read_time(bytes),
        (Kind::Quantity, Content::Bytes(bytes)) => match Reader::new(bytes).next() {
            Some(field) => text(&field?.1).map(Value::String),
            None => Ok("0".into()),
        },
        (Kind::IntOrString, Content::Bytes(bytes)) => read_int_or_string(bytes),
        (Kind::Json, Content::Bytes(bytes)) => match Reader::new(bytes).next() {
            Some(field) => {
                serde_json::from_str(&text(&field?.1)?).map_err(|error| error.to_string())
            }
            None => Ok(Value::Null),
        },
        (_, content) => Err(mismatch(content)),
    }
}

/// Decodes seconds and nanoseconds. Go's zero time has neither and is null.
fn read_time(bytes: &[u8]) -> Result<Value, String> {
    let (mut seconds, mut nanos) = (None, 0);
    for field in Reader::new(bytes) {
        match field? {
            (1, Content::Varint(number)) => seconds = Some(number.cast_signed()),
            (2, Content::Varint(number)) => nanos = i32::try_from(number).unwrap_or_default(),
            _ => {}
        }
    }
    let Some(seconds) = seconds else { return Ok(Value::Null) };
    let time = Timestamp::new(seconds, nanos).map_err(|error| error.to_string())?;
    Ok(time.to_string().into())
}

fn read_int_or_string(bytes: &[u8]) -> Result<Value, String> {
    let (mut is_string, mut number, mut string) = (false, 0, String::new());
    for field in Reader::new(bytes) {
        match field? {
            (1, content) => is_string = !content.is_zero(),
            (2, Content::Varint(value)) => number = value.cast_signed(),
            (3, content) => string = text(&content)?,
            _ => {}
        }
    }
    Ok(if is_string { string.into() } else { number.into() })
}

fn text(content: &Content<'_>) -> Result<String, String> {
    let Content::Bytes(bytes) = content else { return Err(mismatch(content)) };
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| error.to_string())
}

fn mismatch(content: &Content<'_>) -> String {
    format!("unexpected wire type: {content:?}")
}

/// Returns whether Go's `omitempty` omits the value of a field that is not a pointer.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        [&[number << 3 | 2, length], content].concat()
    }

    fn body(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
        let type_meta = [field(1, api_version.as_bytes()), field(2, kind.as_bytes())].concat();
        [MAGIC, &field(1, &type_meta), &field(2, raw), &field(3, b""), &field(4, b"")].concat()
    }

    #[test]
    fn objects_decode_to_json() {
        let metadata = field(1, &[field(1, b"a"), field(2, b""), field(8, b"")].concat());
        let entry = [field(1, b"k"), field(2, b"\x00v")].concat();
        let raw = [metadata.clone(), field(2, &entry), field(3, b"Opaque")].concat();
        let secret = json!({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "a"},
                            "data": {"k": "AHY="}, "type": "Opaque"});
        assert_eq!(decode(&body("v1", "Secret", &raw)), Ok(secret));

        // Zero replicas (a pointer) are kept; a zero node port is omitted.
        let spec = [vec![1 << 3, 0], field(3, b""), field(4, b"")].concat();
        let raw = [metadata.clone(), field(2, &spec)].concat();
        let deployment = decode(&body("apps/v1", "Deployment", &raw)).unwrap();
        assert_eq!(deployment["spec"], json!({"replicas": 0}));

        let target = [1 << 3, 1, 2 << 3, 0, 3 << 3 | 2, 1, b'h'];
        let port = [vec![3 << 3, 80], field(4, &target), vec![5 << 3, 0]].concat();
        let raw = [metadata, field(2, &field(1, &port))].concat();
        let service = decode(&body("v1", "Service", &raw)).unwrap();
        assert_eq!(service["spec"]["ports"], json!([{"port": 80, "targetPort": "h"}]));
    }

    #[test]
    fn unknown_kinds_and_nonempty_unknown_fields_are_errors() {
        let unknown = decode(&body("example.com/v1", "Widget", b""));
        assert_eq!(unknown, Err(DecodeError::UnknownKind("Widget of example.com/v1".to_owned())));
        assert!(decode(&body("v1", "ConfigMap", &field(15, b""))).is_ok());
        let Err(DecodeError::Malformed(why)) = decode(&body("v1", "ConfigMap", &field(15, b"x")))
        else {
            panic!("expected an error")
        };
        assert!(why.contains("field 15 of ConfigMap"), "{why}");
    }

    #[test]
    fn truncated_bodies_do_not_panic() {
        let complete = body("v1", "ConfigMap", &field(1, &field(1, b"name")));
        for end in 0..complete.len() {
            // Some prefixes are valid, and none may panic.
            let _ = decode(&complete[..end]);
        }
        for end in [0, 3, 5, 7] {
            assert!(decode(&complete[..end]).is_err(), "{end}");
        }
        assert!(decode(&[MAGIC, &[0xff; 12]].concat()).is_err());
    }
}
