//! Requests with several events.

use watch_relay::Batch;
use watch_relay::form::Form;
use watch_relay::sink::http::HttpSink;

use crate::server::{Received, Reply, Server};
use crate::support::{deliver, message, messages, with};

fn batching(server: &Server, size: u32) -> HttpSink {
    with(server, |config| config.batch_size = size)
}

fn lines(received: &Received) -> Vec<serde_json::Value> {
    let text = std::str::from_utf8(&received.body).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
}

fn ids(events: &[serde_json::Value]) -> Vec<&str> {
    events.iter().map(|event| event["id"].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn wire_form_is_sent_in_lines() {
    let server = Server::answering(Vec::new()).await;
    deliver(&mut batching(&server, 3), &mut messages(Form::Wire, 7)).await.expect("delivered");
    let received = server.received();
    let types: Vec<_> = received.iter().map(|received| received.header("content-type")).collect();
    assert_eq!(types, ["application/x-ndjson", "application/x-ndjson", "application/json"]);
    assert_eq!(ids(&lines(&received[1])), ["c/a/3", "c/a/4", "c/a/5"]);
}

#[tokio::test]
async fn structured_cloud_events_are_sent_as_batches() {
    let server = Server::answering(Vec::new()).await;
    let mut batch = messages(Form::CloudEvents, 4);
    deliver(&mut batching(&server, 3), &mut batch).await.expect("delivered");
    let received = server.received();
    assert_eq!(received[0].header("content-type"), "application/cloudevents-batch+json");
    let events = received[0].json();
    assert_eq!(ids(events.as_array().expect("an array")), ["c/a/0", "c/a/1", "c/a/2"]);
    assert_eq!(received[1].header("content-type"), "application/cloudevents+json");
}

#[tokio::test]
async fn binary_cloud_events_have_a_request_each() {
    let server = Server::answering(Vec::new()).await;
    let mut batch = messages(Form::CloudEventsBinary, 3);
    deliver(&mut batching(&server, 10), &mut batch).await.expect("delivered");
    let received = server.received();
    let ids: Vec<_> = received.iter().map(|received| received.header("ce-id")).collect();
    assert_eq!(ids, ["c/a/0", "c/a/1", "c/a/2"]);
    assert_eq!(received[0].header("content-type"), "application/json");
    assert_eq!(received[0].header("ce-type"), "io.watchables.resource.modified");
    assert_eq!(received[0].json()["object"]["metadata"]["name"], "a");
}

#[tokio::test]
async fn refused_batch_is_split_until_the_bad_event_is_found() {
    let refuse = |received: &Received, _: usize| {
        let text = String::from_utf8_lossy(&received.body);
        if text.contains("\"c/a/5\"") {
            return Reply::With(422, Vec::new(), "no such field".into());
        }
        Reply::Status(if text.lines().count() > 4 { 413 } else { 202 })
    };
    let server = Server::start(refuse).await;
    let mut batch = messages(Form::Wire, 16);
    deliver(&mut batching(&server, 100), &mut batch).await.expect("it is delivered");
    assert!(batch.is_done());
    let refused: Vec<_> = batch.refusals().map(|(message, why)| (&*message.id, why)).collect();
    assert_eq!(refused, [("c/a/5", "422 Unprocessable Entity: no such field")]);
    // What was accepted came once, in order.
    let all = server.received();
    let accepted: Vec<_> = all
        .iter()
        .filter(|received| matches!(refuse(received, 0), Reply::Status(202)))
        .flat_map(lines)
        .collect();
    let expected: Vec<_> = (0..16).filter(|n| *n != 5).map(|n| format!("c/a/{n}")).collect();
    assert_eq!(ids(&accepted), expected);
}

#[tokio::test]
async fn requests_have_a_limited_size() {
    let server = Server::answering(Vec::new()).await;
    let length = message(Form::Wire, "a", 0).payload.body.len();
    let mut sink = with(&server, |config| {
        config.batch_size = 100;
        config.batch_bytes = u32::try_from(2 * (length + 1)).expect("it is small");
    });
    let mut large = messages(Form::Wire, 5).messages().to_vec();
    large[2].payload.body = [large[2].payload.body.as_ref(), &[b' '; 1_000]].concat().into();
    deliver(&mut sink, &mut Batch::new(large)).await.expect("it is delivered");
    let counts: Vec<_> = server.received().iter().map(|received| lines(received).len()).collect();
    assert_eq!(counts, [2, 1, 2]);
}
