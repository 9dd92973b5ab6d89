//! The control endpoint: faults asked for over HTTP, where the builder allows it.

use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use serde_json::json;

use super::query::Query;
use super::reply::{self, Body};
use super::{authenticate, write};
use crate::builder::FOREVER;
use crate::context::{Context, Order};
use crate::error::ApiError;
use crate::faults::{Fault, FaultId};

const ROOT: &str = "/embedded/";

pub(crate) fn is_addressed<B>(request: &Request<B>) -> bool {
    request.uri().path().starts_with(ROOT)
}

pub(crate) async fn answer(
    context: &Context,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    authenticate(context, &request)?;
    let path = request.uri().path().strip_prefix(ROOT).unwrap_or_default().to_owned();
    let query = Query::parse(request.uri().query().unwrap_or_default())?;
    let time = Duration::from_millis(query.number("milliseconds")?).min(FOREVER);
    let faults = &context.faults;
    match (request.method().as_str(), path.as_str()) {
        ("GET", "faults") => return Ok(reply::json(200, &json!({"faults": faults.all()}))),
        ("POST", "faults") => {
            let body = write::read(request).await?;
            let fault: Fault = serde_json::from_slice(&body)
                .map_err(|error| ApiError::bad_request(format!("the body is no fault: {error}")))?;
            fault.check().map_err(ApiError::bad_request)?;
            let armed = faults.try_inject(fault);
            let id = armed.ok_or_else(|| ApiError::bad_request("too many faults are armed"))?;
            return Ok(reply::json(201, &json!({"id": id})));
        }
        ("DELETE", "faults") => faults.clear(),
        ("DELETE", path) => {
            let id = path.strip_prefix("faults/").and_then(|id| id.parse().ok()).map(FaultId::new);
            if !id.is_some_and(|id| faults.remove(id)) {
                return Err(ApiError::no_such_resource());
            }
        }
        ("POST", "compact") => context.store.compact(),
        ("POST", "restart") => context.restart(time),
        ("POST", "refuse") => context.order(Order::Refuse(time)),
        _ => return Err(ApiError::no_such_resource()),
    }
    Ok(reply::json(200, &json!({"status": "Success"})))
}
