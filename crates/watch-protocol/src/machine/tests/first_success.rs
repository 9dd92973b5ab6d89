//! The policy on failure before the first success: what a person must mend ends the stream.

use super::failure_policy::{PAGE, Response, fail_for_an_hour};
use super::*;

#[test]
fn before_the_first_success_what_to_act_on_ends_the_stream() {
    for status in [302, 307, 400, 401, 403, 404, 405, 406, 422, 451] {
        let mut harness = managed(None);
        harness.request();
        harness.head(status);
        harness.end();
        assert_eq!(harness.error().status().unwrap().code, status);
    }
    for (content_type, body) in [
        ("text/html; charset=utf-8", PAGE),
        ("text/plain", "hello"),
        ("application/json", "null"),
        ("application/json", "{}"),
    ] {
        for mut harness in [managed(None), unmanaged(Some("5"))] {
            harness.request();
            harness.head_of(200, content_type);
            harness.chunk(&format!("{body}\n"));
            if harness.machine.is_managed() || content_type.contains("html") {
                harness.end();
            }
            let text = harness.error().to_string();
            assert!(text.contains(&format!("content type {content_type}")), "{text}");
            let words = body.split_whitespace().next().unwrap();
            assert!(text.contains(words) || body.starts_with('{'), "{text}");
        }
    }
}

#[test]
fn status_with_200_to_act_on_ends_the_stream() {
    for (status, code) in [
        (r#"{"kind":"Status","code":403,"message":"no"}"#, 403),
        (r#"{"kind":"Status","reason":"Unauthorized","message":"no"}"#, 401),
    ] {
        let mut harness = managed(None);
        harness.request();
        harness.list(status);
        assert_eq!(harness.error().status().unwrap().code, code);
    }
}

#[test]
fn before_the_first_success_what_may_pass_is_waited_for() {
    for response in [
        Response::Status(408),
        Response::Status(421),
        Response::Status(425),
        Response::Status(429),
        Response::Status(500),
        Response::Status(503),
        Response::Status(520),
        Response::Content("application/json", "{\"kind\":\"Status\",\"code\":503}"),
        Response::Content(
            "application/json",
            "{\"kind\":\"Status\",\"message\":\"tunnel disconnect\"}",
        ),
        Response::Content("application/json", "{\"kind\":\"Status\",\"reason\":\"Timeout\"}"),
        Response::Content("application/json", "{\"kind\":\"PodList\",\"items\":["),
    ] {
        let mut harness = managed(None);
        fail_for_an_hour(&mut harness, response);
        harness.request();
        harness.list(LIST);
        assert_eq!(harness.deliveries(), ["ADDED Initial a"], "{response:?}");
    }
}

#[test]
fn redirect_is_reported_with_its_location() {
    let mut harness = managed(None);
    harness.request();
    let head = crate::head::Head {
        status: http::StatusCode::FOUND,
        location: Some("https://login.example/oauth".to_owned()),
        ..Default::default()
    };
    harness.machine.on_head(head, harness.now);
    harness.chunk(PAGE);
    harness.end();
    let text = harness.error().to_string();
    assert!(text.contains("redirected to https://login.example/oauth"), "{text}");
}
