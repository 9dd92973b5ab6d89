//! Tests of finding out which cluster a server belongs to.

use super::*;
use crate::testing::scripted_server::{Chunk, ScriptedResponse, ScriptedServer};

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
    assert_eq!(fetch(&server).await.unwrap().as_deref(), Some("u-1"));
    assert_eq!(server.requests.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn namespace_that_is_forbidden_or_absent_is_none() {
    for status in [403, 404] {
        let server = ScriptedServer::new(vec![response(status, "{}")]);
        assert_eq!(fetch(&server).await.unwrap(), None);
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
        let error = fetch(&server).await.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let server = ScriptedServer::new((0..100).map(|_| response(500, "{}")).collect());
    assert!(fetch(&server).await.unwrap_err().to_string().contains("500"));
    assert_eq!(server.requests.lock().unwrap().len(), 8, "it gives up");
}
