//! Requests for Leases, over kube-client.

use std::time::Duration;

use http::{Method, Request as HttpRequest};
use kube_client::{Client, Error};
use serde_json::json;
use watch_protocol::error::one_line;

use super::lease::{LEASES, Lease};
use super::request::{Failure, Outcome, Request, Verb};

/// What became of a request, and in words, if it failed for a reason that others should know of.
pub(super) struct Response {
    pub(super) name: String,
    pub(super) outcome: Outcome,
    pub(super) problem: Option<String>,
}

/// Sends a request, and waits for the response for so long.
pub(super) async fn send(
    client: Client,
    namespace: String,
    request: Request,
    timeout: Duration,
) -> Response {
    let Request { name, verb } = request;
    let sent = tokio::time::timeout(timeout, carry_out(&client, &namespace, &name, verb)).await;
    let (outcome, problem) = match sent {
        Ok(Ok(lease)) => (Ok(lease), None),
        Ok(Err(error)) => {
            let failure = failure(&error);
            // These belong to the protocol.
            let is_expected = failure == Failure::Conflict;
            (Err(failure), (!is_expected).then(|| describe(&error)))
        }
        Err(_) => (Err(Failure::Other), Some(format!("there was no response within {timeout:?}"))),
    };
    Response { name, outcome, problem }
}

async fn carry_out(
    client: &Client,
    namespace: &str,
    name: &str,
    verb: Verb,
) -> Result<Option<Lease>, Error> {
    let collection = LEASES.collection_path(Some(namespace));
    let one = format!("{collection}/{name}");
    let (method, path, body) = match verb {
        Verb::Read => (Method::GET, one, Vec::new()),
        Verb::Create(lease) => (Method::POST, collection.clone(), encoded(&lease)?),
        Verb::Update(lease) => (Method::PUT, one, encoded(&lease)?),
        Verb::Delete(version) => {
            let options = json!({
                "apiVersion": "v1",
                "kind": "DeleteOptions",
                "preconditions": {"resourceVersion": version},
            });
            let request = http_request(Method::DELETE, &one, options.to_string().into_bytes());
            return client.request_text(request).await.map(|_| None);
        }
    };
    client.request::<Lease>(http_request(method, &path, body)).await.map(Some)
}

fn encoded(lease: &Lease) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(lease).map_err(Error::SerdeError)
}

fn http_request(method: Method, path: &str, body: Vec<u8>) -> HttpRequest<Vec<u8>> {
    let mut request = HttpRequest::new(body);
    *request.method_mut() = method;
    // The names have been checked, so that it is a path.
    *request.uri_mut() = path.parse().unwrap_or_default();
    let json = http::HeaderValue::from_static("application/json");
    request.headers_mut().insert(http::header::CONTENT_TYPE, json);
    request
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Api(status) if status.code == 409 => Failure::Conflict,
        Error::Api(status) if status.code == 404 => Failure::Missing,
        _ => Failure::Other,
    }
}

/// Returns an error with its causes.
fn describe(error: &Error) -> String {
    if let Error::Api(status) = error {
        return format!("{} (HTTP {})", status.message, status.code);
    }
    one_line(error)
}
