//! The responses to lists, in JSON or protobuf: small ones as a whole, large ones as they are encoded.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream;
use http::Response;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::Value;

use super::response::{Body, JSON, full, response};
use super::sized_body::SizedBody;
use crate::protobuf::{self, ObjectType};
use crate::registry::Served;
use crate::storage::Object;

/// The size in bytes up to which items of a list share a frame: few frames, and no second copy of a
/// large list.
const FRAME_BYTES: usize = 64 * 1024;
const LIST_END: &[u8] = b"]}\n";

/// Returns a list in JSON. `head` is its JSON up to the items; each item starts with `type_meta`, if given.
pub(super) fn json(
    head: String,
    items: Vec<Arc<Object>>,
    type_meta: Option<Bytes>,
) -> Response<Body> {
    // The type is followed by a comma, and so is each item but the last.
    let type_length = type_meta.as_ref().map_or(0, |type_meta| type_meta.len() + 1);
    let lengths: usize = items.iter().map(|item| item.item().len() + type_length + 1).sum();
    let bytes = head.len() + lengths - usize::from(!items.is_empty()) + LIST_END.len();
    let items = items.into_iter().enumerate().flat_map(move |(index, item)| {
        let comma: &[u8] = if index == 0 { b"" } else { b"," };
        let item = match &type_meta {
            Some(type_meta) => item.framed("", type_meta, ""),
            None => item.item().clone(),
        };
        [Bytes::from_static(comma), item]
    });
    let pieces = std::iter::once(head.into()).chain(items);
    in_frames(JSON, bytes, pieces.chain([Bytes::from_static(LIST_END)]))
}

/// Returns a list in protobuf, of objects of a type.
pub(super) fn protobuf(
    list: &ObjectType,
    metadata: &Value,
    items: &[Arc<Object>],
    served: &Served,
    of: &ObjectType,
) -> Response<Body> {
    let items = items.iter().map(|item| item.message(served.id, of)).collect();
    let (bytes, pieces) = list.list(metadata, items);
    in_frames(protobuf::MEDIA_TYPE, bytes, pieces)
}

/// Returns a body of known length: in one piece if it is small, else in frames.
fn in_frames(
    content_type: &'static str,
    bytes: usize,
    mut pieces: impl Iterator<Item = Bytes> + Send + 'static,
) -> Response<Body> {
    if bytes <= FRAME_BYTES {
        let mut body = BytesMut::with_capacity(bytes);
        pieces.for_each(|piece| body.extend_from_slice(&piece));
        return response(200, content_type, full(body.freeze()));
    }
    let frames = std::iter::from_fn(move || {
        let mut frame = BytesMut::new();
        while frame.len() < FRAME_BYTES {
            let Some(piece) = pieces.next() else { break };
            frame.extend_from_slice(&piece);
        }
        (!frame.is_empty()).then(|| Ok(Frame::data(frame.freeze())))
    });
    let body = StreamBody::new(stream::iter(frames));
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    response(200, content_type, BodyExt::boxed_unsync(SizedBody { body, bytes }))
}
