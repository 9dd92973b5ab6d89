//! One discovery request: sends it, and returns its JSON document or why there is none.

use std::time::SystemTime;

use bytes::Bytes;
use futures::StreamExt as _;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use kube_client::client::Body;
use kube_client::{Client, Error as ClientError};
use serde_json::Value;
use tokio::time::timeout;
use watch_protocol::ApiStatus;
use watch_protocol::frame::json::without_marks;
use watch_protocol::head::Head;

use crate::discovery::failure::{Failure, Reason, TIMEOUT};

/// The aggregated document of the largest known clusters has a few megabytes.
const MAX_BODY_BYTES: usize = 256 << 20;

/// Requests aggregated discovery: all groups and resources in one response (KEP-3352: beta since
/// Kubernetes 1.27, `v2` since 1.30). Older servers respond with plain JSON that lists the groups.
const ACCEPT_AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// Requests a path, and returns the JSON object in the response.
pub(super) async fn get(client: &Client, path: &str) -> Result<Value, Failure> {
    match get_as(client, path, ACCEPT_AGGREGATED).await {
        // A server or a proxy may not know such parameters.
        Err(failure) if failure.code() == Some(406) => {
            get_as(client, path, "application/json").await
        }
        result => result,
    }
}

async fn get_as(client: &Client, path: &str, accept: &str) -> Result<Value, Failure> {
    let fail = |reason| Failure { path: path.to_owned(), reason, retry_after: None };
    let request = Request::get(path)
        .header(ACCEPT, accept)
        // kube-client's feature `gzip` would request gzip otherwise, which is not worth its cost here.
        .header(ACCEPT_ENCODING, "identity")
        .body(Body::empty())
        .map_err(|error| fail(Reason::NoResponse(Box::new(ClientError::HttpError(error)))))?;
    let response = match timeout(TIMEOUT, client.send(request)).await {
        Ok(response) => response.map_err(|error| fail(Reason::NoResponse(Box::new(error))))?,
        Err(_) => return Err(fail(Reason::Timeout)),
    };
    let retry_after = Head::from_response(&response, SystemTime::now()).retry_after;
    document(response).await.map_err(|reason| Failure { retry_after, ..fail(reason) })
}

async fn document(response: Response<Body>) -> Result<Value, Reason> {
    let (head, body) = response.into_parts();
    if head.status.is_redirection() {
        let location = header(&head.headers, &LOCATION);
        return Err(Reason::Redirect { code: head.status.as_u16(), location });
    }
    let encoding = header(&head.headers, &CONTENT_ENCODING);
    if !matches!(encoding.as_str(), "" | "identity") {
        return Err(Reason::Encoded(encoding));
    }
    let body = collect(body).await?;
    let content_type = header(&head.headers, &CONTENT_TYPE);
    let not_json =
        || Reason::NotJson { content_type: content_type.clone(), start: start_of(&body) };
    match serde_json::from_slice::<Value>(without_marks(&body)) {
        Err(error) if error.is_eof() && head.status.is_success() && begins_as_object(&body) => {
            Err(Reason::Disconnected)
        }
        // Proxies have answered 200 with a Status that reports an error.
        Ok(value) if !head.status.is_success() || is_failure(&value) => Err(Reason::Rejected(
            Box::new(ApiStatus::from_body(failure_status(head.status), &body)),
        )),
        Ok(value) if value.is_object() => Ok(value),
        Err(_) if !head.status.is_success() => Err(rejected(head.status, &content_type, &body)),
        _ => Err(not_json()),
    }
}

/// Reads a body. Each part of it has to arrive within the timeout.
async fn collect(body: Body) -> Result<Bytes, Reason> {
    let mut chunks = body.into_data_stream();
    let mut collected = Vec::new();
    while let Some(chunk) = timeout(TIMEOUT, chunks.next()).await.map_err(|_| Reason::Timeout)? {
        collected.extend_from_slice(&chunk.map_err(|_| Reason::Disconnected)?);
        if collected.len() > MAX_BODY_BYTES {
            return Err(Reason::TooLarge { limit: MAX_BODY_BYTES });
        }
    }
    Ok(collected.into())
}

fn header(headers: &HeaderMap, name: &HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().trim().to_owned()
}

fn begins_as_object(body: &[u8]) -> bool {
    without_marks(body).first() == Some(&b'{')
}

fn is_failure(value: &Value) -> bool {
    value["kind"] == "Status" && value["status"] != "Success"
}

/// Returns the status of a failure: a `Status` without a code that came with 200 is an internal error.
fn failure_status(status: StatusCode) -> StatusCode {
    if status.is_success() { StatusCode::INTERNAL_SERVER_ERROR } else { status }
}

/// Returns the rejection of a server or proxy that describes it in something other than JSON.
fn rejected(status: StatusCode, content_type: &str, body: &[u8]) -> Reason {
    let mut rejection = ApiStatus::from_body(status, body);
    if content_type.starts_with("text/html") {
        rejection.message = format!("{content_type}: {}", start_of(body));
    }
    Reason::Rejected(Box::new(rejection))
}

/// Returns the first words of a body, on one line.
fn start_of(body: &[u8]) -> String {
    let start = &body[..body.len().min(400)];
    let text = String::from_utf8_lossy(start);
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(100).collect()
}
