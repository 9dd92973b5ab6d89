//! The text of a response in JSON, which it is or which its protobuf is decoded to.

use embedded_apiserver::protobuf;
use serde_json::json;

/// What every step accepts that does not say otherwise, if the cases run in protobuf.
pub(crate) const ACCEPT: &str = "application/vnd.kubernetes.protobuf, application/json";

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// Returns whether a response is in protobuf.
pub(crate) fn is_protobuf(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|text| text.split(';').next() == Some(PROTOBUF))
}

/// Returns the text of a response: a document, or a line for each event of a watch.
///
/// # Errors
///
/// Its protobuf is malformed.
pub(crate) fn text(content_type: Option<&str>, body: &[u8]) -> Result<String, String> {
    if !is_protobuf(content_type) {
        return Ok(String::from_utf8_lossy(body).into_owned());
    }
    let malformed = |error: protobuf::DecodeError| format!("malformed protobuf: {error}");
    if content_type.is_some_and(|text| text.ends_with("stream=watch")) {
        let (mut rest, mut text) = (body, String::new());
        while let Some((length, after)) = rest.split_first_chunk() {
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let (event, after) = after.split_at_checked(length).ok_or("a truncated event")?;
            let event = protobuf::decode_event(event).map_err(malformed)?;
            text.extend([event.to_string(), "\n".to_owned()]);
            rest = after;
        }
        return if rest.is_empty() { Ok(text) } else { Err("a truncated event".to_owned()) };
    }
    let mut object = protobuf::decode(body).map_err(malformed)?;
    // Protobuf does not tell an empty list from none.
    let is_list = object["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    if is_list && let Some(list) = object.as_object_mut() {
        list.entry("items").or_insert_with(|| json!([]));
    }
    Ok(object.to_string())
}
