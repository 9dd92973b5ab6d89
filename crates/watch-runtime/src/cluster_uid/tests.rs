//! Tests of finding out which cluster a server belongs to.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Response;

use super::*;
use crate::testing::scripted_server::{Chunk, ScriptedResponse, ScriptedServer};
use crate::transport::Chunks;

fn response(status: u16, body: &str) -> ScriptedResponse {
    ScriptedResponse {
        status,
        content_type: "application/json",
        body: vec![Chunk::Text(body.to_owned())],
    }
}

#[tokio::test(start_paused = true)]
async fn uid_is_read_and_an_overloaded_server_asked_again() {
    let server = ScriptedServer::new(vec![
        response(429, "{}"),
        response(503, "{}"),
        response(200, r#"{"metadata":{"name":"kube-system","uid":"u-1"}}"#),
    ]);
    assert_eq!(fetch(&server, RetryPolicy::First).await.unwrap().as_deref(), Some("u-1"));
    assert_eq!(server.requests.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn namespace_that_is_forbidden_or_absent_is_none() {
    for status in [403, 404] {
        let server = ScriptedServer::new(vec![response(status, "{}")]);
        assert_eq!(fetch(&server, RetryPolicy::First).await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn other_responses_are_errors() {
    for (status, body, message) in [
        (401, "{}", "401"),
        (200, "<html>", "not a namespace"),
        (200, r#"{"metadata":{"uid":""}}"#, "not a namespace"),
    ] {
        let server = ScriptedServer::new(vec![response(status, body)]);
        let error = fetch(&server, RetryPolicy::First).await.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let server = ScriptedServer::new((0..100).map(|_| response(500, "{}")).collect());
    assert!(fetch(&server, RetryPolicy::First).await.unwrap_err().to_string().contains("500"));
    assert_eq!(server.requests.lock().unwrap().len(), 8, "it gives up");
}

/// Refuses some connections before a server is reached.
struct Refusing {
    left: AtomicU32,
    server: ScriptedServer,
}

impl Refusing {
    fn new(times: u32) -> Self {
        let uid = r#"{"metadata":{"name":"kube-system","uid":"u-1"}}"#;
        Self { left: times.into(), server: ScriptedServer::new(vec![response(200, uid)]) }
    }
}

impl Transport for Refusing {
    fn send(&self, request: Request<()>) -> BoxFuture<'static, Result<Response<Chunks>, Source>> {
        let refuses = self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
        if refuses {
            return futures::future::ready(Err("connection refused".into())).boxed();
        }
        self.server.send(request)
    }
}

#[tokio::test(start_paused = true)]
async fn server_that_refuses_connections_is_waited_for_by_those_who_resume() {
    let error = fetch(&Refusing::new(1), RetryPolicy::First).await.unwrap_err();
    assert!(error.to_string().ends_with("no response"), "{error}");
    let uid = fetch(&Refusing::new(500), RetryPolicy::Resuming(None)).await.unwrap();
    assert_eq!(uid.as_deref(), Some("u-1"));
    let limit = RetryPolicy::Resuming(Some(Duration::from_mins(1)));
    let started = Instant::now();
    assert!(fetch(&Refusing::new(500), limit).await.is_err());
    assert!(started.elapsed() < Duration::from_mins(1));
    assert!(fetch(&Refusing::new(2), limit).await.is_ok());
    // What waiting does not mend ends it.
    let server = ScriptedServer::new(vec![response(401, "{}")]);
    assert!(fetch(&server, RetryPolicy::Resuming(None)).await.is_err());
}
