//! The control endpoint: faults over HTTP, if the builder enables it.

use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use serde_json::json;

use crate::error::ApiError;
use crate::faults::{Fault, FaultId, FaultLayer};
use crate::requests::{Body, Query, authenticate, json_response, read_body};
use crate::support::time::FOREVER;

const ROOT: &str = "/embedded/";

pub(super) fn is_addressed<B>(request: &Request<B>) -> bool {
    request.uri().path().starts_with(ROOT)
}

pub(super) async fn handle(
    layer: &FaultLayer,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let FaultLayer { context, faults, listener } = layer;
    authenticate(context, &request)?;
    let path = request.uri().path().strip_prefix(ROOT).unwrap_or_default().to_owned();
    let query = Query::parse(request.uri().query().unwrap_or_default())?;
    let time = Duration::from_millis(query.number("milliseconds")?).min(FOREVER);
    match (request.method().as_str(), path.as_str()) {
        ("GET", "faults") => return Ok(json_response(200, &json!({"faults": faults.all()}))),
        ("POST", "faults") => {
            let body = read_body(request).await?;
            let fault: Fault = serde_json::from_slice(&body).map_err(|error| {
                ApiError::bad_request(format!("the body is not a fault: {error}"))
            })?;
            fault.check().map_err(ApiError::bad_request)?;
            let id = faults
                .try_inject(fault)
                .ok_or_else(|| ApiError::bad_request("too many faults are registered"))?;
            return Ok(json_response(201, &json!({"id": id})));
        }
        ("DELETE", "faults") => faults.clear(),
        ("DELETE", path) => {
            let id = path.strip_prefix("faults/").and_then(|id| id.parse().ok()).map(FaultId::new);
            if !id.is_some_and(|id| faults.remove(id)) {
                return Err(ApiError::no_such_resource());
            }
        }
        ("POST", "compact") => context.store.compact(),
        ("POST", "restart") => listener.restart(&context.store, time),
        ("POST", "refuse") => listener.refuse_connections(time),
        _ => return Err(ApiError::no_such_resource()),
    }
    Ok(json_response(200, &json!({"status": "Success"})))
}
