//! Responses, with the headers and bodies of a real server.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde::Serialize;

use super::representation::Representation;
use super::sized_body::SizedBody;
use crate::error::ApiError;
use crate::registry::Served;
use crate::storage::Object;

/// The body of a response; it never fails.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The size in bytes up to which items of a list share a frame: few frames, and no second copy of a
/// large list.
const FRAME_BYTES: usize = 64 * 1024;
const LIST_END: &[u8] = b"]}\n";

/// Returns a rejection: a `Status`, indented for those who read it themselves.
pub(crate) fn error(error: &ApiError, pretty: bool) -> Response<Body> {
    let text = if pretty { serde_json::to_vec_pretty(error) } else { serde_json::to_vec(error) };
    let mut text = text.unwrap_or_default();
    if !pretty {
        text.push(b'\n');
    }
    let mut response = response(error.code(), "application/json", full(text));
    if let Some(seconds) = error.retry_after_seconds() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// Returns a 404 for a path that no resource can have: Go's plain text instead of a `Status`.
pub(crate) fn not_found() -> Response<Body> {
    text(404, "404 page not found\n")
}

pub(crate) fn text(code: u16, text: &'static str) -> Response<Body> {
    response(code, "text/plain; charset=utf-8", full(text))
}

pub(crate) fn bytes(content_type: &'static str, bytes: Vec<u8>) -> Response<Body> {
    response(200, content_type, full(bytes))
}

/// Returns JSON under a media type with parameters.
pub(crate) fn json_as(content_type: &'static str, value: &impl Serialize) -> Response<Body> {
    response(200, content_type, full(serde_json::to_vec(value).unwrap_or_default()))
}

pub(crate) fn json(code: u16, value: &impl Serialize) -> Response<Body> {
    let mut text = serde_json::to_vec(value).unwrap_or_default();
    text.push(b'\n');
    response(code, "application/json", full(text))
}

pub(crate) fn object(
    code: u16,
    object: &Object,
    served: &Served,
    representation: Representation,
) -> Response<Body> {
    if representation != Representation::Full {
        return json(
            code,
            &representation.render(object.decode_as(served.resource()), served, true),
        );
    }
    response(code, "application/json", full(object.framed("", served.type_meta(), "\n")))
}

/// Returns a list. `head` is its JSON up to the items; each item starts with `type_meta`, if given.
pub(crate) fn list(
    head: String,
    items: Vec<Arc<Object>>,
    type_meta: Option<Bytes>,
) -> Response<Body> {
    let bytes = list_bytes(&head, &items, type_meta.as_ref());
    let pieces = list_pieces(head, items, type_meta);
    if bytes <= FRAME_BYTES {
        let list = pieces.fold(BytesMut::new(), |mut list, piece| {
            list.extend_from_slice(&piece);
            list
        });
        return response(200, "application/json", full(list.freeze()));
    }
    let body = StreamBody::new(stream::iter(pieces.map(|piece| Ok(Frame::data(piece)))));
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    response(200, "application/json", BodyExt::boxed_unsync(SizedBody { body, bytes }))
}

/// Returns a streaming body: each piece is sent as soon as it is available.
pub(crate) fn streamed(pieces: impl Stream<Item = Bytes> + Send + 'static) -> Response<Body> {
    let body = StreamBody::new(pieces.map(|piece| Ok(Frame::data(piece))));
    response(200, "application/json", BodyExt::boxed_unsync(body))
}

/// Returns the size of what [`list_pieces`] returns, without encoding it.
fn list_bytes(head: &str, items: &[Arc<Object>], type_meta: Option<&Bytes>) -> usize {
    // The type is followed by a comma, and so is each item but the last.
    let type_meta = type_meta.map_or(0, |type_meta| type_meta.len() + 1);
    let items: usize = items.iter().map(|item| item.item().len() + type_meta + 1).sum();
    head.len() + items.saturating_sub(1) + LIST_END.len()
}

fn list_pieces(
    head: String,
    items: Vec<Arc<Object>>,
    type_meta: Option<Bytes>,
) -> impl Iterator<Item = Bytes> {
    let mut items = items.into_iter().peekable();
    let mut open = Some(head);
    std::iter::from_fn(move || {
        let mut piece = BytesMut::new();
        match open.take() {
            Some(head) => piece.extend_from_slice(head.as_bytes()),
            None => items.peek().map(drop)?,
        }
        while let Some(item) = items.next() {
            match &type_meta {
                Some(type_meta) => piece.extend_from_slice(&item.framed("", type_meta, "")),
                None => piece.extend_from_slice(item.item()),
            }
            if items.peek().is_some() {
                piece.extend_from_slice(b",");
                if piece.len() >= FRAME_BYTES {
                    return Some(piece.freeze());
                }
            }
        }
        piece.extend_from_slice(LIST_END);
        Some(piece.freeze())
    })
}

fn full(bytes: impl Into<Bytes>) -> Body {
    BodyExt::boxed_unsync(Full::new(bytes.into()))
}

fn response(code: u16, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}
