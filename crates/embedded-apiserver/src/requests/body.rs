//! The bodies of requests: read up to a limit, decoded from JSON, YAML or protobuf.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::Value;

use crate::error::ApiError;
use crate::manifests;
use crate::protobuf;
use crate::registry::Served;

/// The limit of a real server.
const MAX_BODY_BYTES: usize = 3 * 1024 * 1024;

/// Reads the complete body of a request.
pub(crate) async fn read(request: Request<Incoming>) -> Result<Bytes, ApiError> {
    match Limited::new(request.into_body(), MAX_BODY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::too_large(MAX_BODY_BYTES)),
        Err(error) => Err(ApiError::bad_request(format!("the body could not be read: {error}"))),
    }
}

/// Returns the media type of a request's body, without parameters and in lower case.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Decodes an object from JSON, YAML or protobuf, by its media type. There is no protobuf of custom objects.
pub(super) fn decode(media_type: &str, body: &[u8], served: &Served) -> Result<Value, ApiError> {
    match media_type {
        "" | "application/json" | "*/*" => parse_json(body),
        "application/yaml" => parse_yaml(body),
        protobuf::MEDIA_TYPE if !served.is_custom() => parse_protobuf(body, served),
        _ => {
            let mut accepted = "application/json, application/yaml".to_owned();
            if !served.is_custom() {
                accepted = format!("{accepted}, {}", protobuf::MEDIA_TYPE);
            }
            Err(ApiError::unsupported_media_type(&accepted))
        }
    }
}

fn parse_protobuf(body: &[u8], served: &Served) -> Result<Value, ApiError> {
    let resource = served.resource();
    protobuf::decode_as(body, &resource.api_version(), resource.kind()).map_err(|error| {
        if error.is_unknown_kind() {
            return ApiError::unsupported_media_type(&format!("application/json ({error})"));
        }
        ApiError::bad_request(format!("the body of the request cannot be read: {error}"))
    })
}

pub(super) fn parse_json(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        ApiError::bad_request(format!("the body of the request is not JSON: {error}"))
    })
}

pub(super) fn parse_yaml(body: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| ApiError::bad_request(format!("the body is not UTF-8: {error}")))?;
    manifests::parse_yaml(text).map_err(|error| {
        ApiError::bad_request(format!("the body of the request is not YAML: {error}"))
    })
}
