//! A server that no longer has the resource: it ends the stream, unless the server is merely restarting.

use super::failure_policy::accepted;
use super::*;

const NOT_FOUND: &str = "404 page not found\n";

#[test]
fn resource_that_is_gone_ends_the_stream_after_ten_seconds() {
    let mut harness = accepted(false);
    let start = harness.now;
    let error = loop {
        harness.request();
        harness.head(404);
        harness.chunk(NOT_FOUND);
        harness.end();
        match harness.step() {
            Step::Sleep(time) => {
                harness.pass(time);
                harness.machine.on_wake();
            }
            Step::End(error) => break error.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert!(error.is_not_found() && error.to_string().contains("the server has no pods/v1"));
    let lasted = (harness.now - start).as_secs();
    assert!((10..40).contains(&lasted), "{lasted} s");
}

/// A server that restarts lacks a custom resource for a while, among other failures.
#[test]
fn only_uninterrupted_404s_end_the_stream() {
    let mut harness = accepted(false);
    for _ in 0..50 {
        for (status, body) in [(404, NOT_FOUND), (503, "")] {
            harness.request();
            harness.head(status);
            harness.chunk(body);
            harness.end();
            harness.sleep();
        }
    }
    let namespace =
        r#"{"message":"no","reason":"NotFound","details":{"kind":"namespaces","name":"shop"}}"#;
    for _ in 0..50 {
        harness.request();
        harness.head(404);
        harness.chunk(namespace);
        harness.end();
        harness.sleep();
    }
}
