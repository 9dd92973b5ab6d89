//! The handler of `/openapi/v2`: the kinds, in JSON or in the protobuf that kubectl requests.
//!
//! It has no schemas, so kubectl leaves validation to the server.

use http::{HeaderMap, Response, header::ACCEPT};
use serde_json::{Map, Value, json};

use super::response::{self, Body};
use crate::registry::{Registry, Served};
use crate::support::release::Release;

/// The media type of the response. Older clients write it with an `@`, which is malformed.
const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

pub(super) fn respond(
    registry: &Registry,
    release: Release,
    headers: &HeaderMap,
) -> Response<Body> {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let version = format!("v{}.{}.0", release.major, release.minor);
    let patchable =
        registry.all().iter().map(|served| &**served).filter(|served| served.has_verb("patch"));
    if accepted.contains("proto-openapi.spec.v2") {
        return response::bytes(PROTOBUF, document(patchable, &version));
    }
    let paths: Map<_, _> =
        patchable.map(|served| (path(served), json!({"patch": operation(served)}))).collect();
    let document = json!({
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": paths,
        "definitions": {},
    });
    response::json(200, &document)
}

fn path(served: &Served) -> String {
    let namespace = served.is_namespaced().then_some("{namespace}");
    format!("{}/{{name}}", served.resource().collection_path(namespace))
}

fn operation(served: &Served) -> Value {
    json!({
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": group_version_kind(served),
    })
}

fn group_version_kind(served: &Served) -> Value {
    let resource = served.resource();
    json!({"group": resource.group(), "version": resource.version(), "kind": resource.kind()})
}

/// Encodes a `Document`, with the field numbers of gnostic's `OpenAPIv2.proto`.
fn document<'a>(patchable: impl Iterator<Item = &'a Served>, version: &str) -> Vec<u8> {
    let mut paths = Vec::new();
    for served in patchable {
        // The value of an extension is YAML, a superset of JSON.
        let any = message(&[(2, group_version_kind(served).to_string().as_bytes())]);
        let extension = message(&[(1, b"x-kubernetes-group-version-kind"), (2, &any)]);
        let operation = message(&[(9, b""), (13, &extension)]);
        let item = message(&[(8, &operation)]);
        field(&mut paths, 2, &message(&[(1, path(served).as_bytes()), (2, &item)]));
    }
    let info = message(&[(1, b"Kubernetes"), (2, version.as_bytes())]);
    message(&[(1, b"2.0"), (2, &info), (8, &paths), (9, b"")])
}

fn message(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut message = Vec::new();
    for (number, content) in fields {
        field(&mut message, *number, content);
    }
    message
}

/// Appends a field of protobuf's wire type LEN.
fn field(message: &mut Vec<u8>, number: u8, content: &[u8]) {
    message.push(number << 3 | 2);
    let mut length = content.len();
    while length >= 0x80 {
        message.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
        length >>= 7;
    }
    message.push(u8::try_from(length).unwrap_or_default());
    message.extend_from_slice(content);
}
