//! Responses, with the headers and bodies of a real server.

use std::convert::Infallible;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde::Serialize;
use serde_json::{Value, json};

use super::accept::Accepted;
use super::error_form::ErrorForm;
use super::representation::Representation;
use crate::error::ApiError;
use crate::protobuf;
use crate::registry::Served;
use crate::storage::Object;
use crate::support::release::Release;
use crate::support::wire::Wire;

/// The body of a response; it never fails.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

pub(super) const JSON: &str = "application/json";

/// Returns a rejection: a `Status`. Its JSON is indented for those who read it themselves.
pub(crate) fn error(error: &ApiError, form: ErrorForm) -> Response<Body> {
    let mut response = if form.pretty && form.wire == Wire::Json {
        let text = serde_json::to_vec_pretty(error).unwrap_or_default();
        response(error.code(), JSON, full(text))
    } else if form.wire == Wire::Json {
        json(error.code(), error)
    } else {
        value(error.code(), &json!(error), form.wire, form.release)
    };
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
    response(code, JSON, full(text))
}

/// Returns an object that is not stored, with its `kind` and `apiVersion`: in protobuf if that is accepted and there is
/// any.
pub(crate) fn value(code: u16, value: &Value, wire: Wire, release: Release) -> Response<Body> {
    match (wire, protobuf::encode(value, release.minor)) {
        (Wire::Protobuf, Some(body)) => response(code, protobuf::MEDIA_TYPE, full(body)),
        _ => json(code, value),
    }
}

pub(crate) fn object(
    code: u16,
    object: &Object,
    served: &Served,
    accepted: Accepted,
    release: Release,
) -> Response<Body> {
    if accepted.representation != Representation::Full {
        let whole = object.decode_as(served.resource());
        let rendered = accepted.representation.render(whole, served, true);
        return value(code, &rendered, accepted.wire, release);
    }
    match served.protobuf(accepted.wire, release) {
        Some(type_) => {
            let body = type_.body(&object.message(served.id, type_));
            response(code, protobuf::MEDIA_TYPE, full(body))
        }
        None => response(code, JSON, full(object.framed("", served.type_meta(), "\n"))),
    }
}

/// Returns a watch: each event is sent as soon as it is available.
pub(crate) fn streamed(
    events: impl Stream<Item = Bytes> + Send + 'static,
    wire: Wire,
) -> Response<Body> {
    let content_type = match wire {
        Wire::Json => JSON,
        Wire::Protobuf => protobuf::WATCH_MEDIA_TYPE,
    };
    let body = StreamBody::new(events.map(|event| Ok(Frame::data(event))));
    response(200, content_type, BodyExt::boxed_unsync(body))
}

pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    BodyExt::boxed_unsync(Full::new(bytes.into()))
}

pub(super) fn response(code: u16, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}
