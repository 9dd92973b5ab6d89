//! Tests of the `Status` object.

use http::StatusCode;

use super::*;
use crate::testing::encoder;

#[test]
fn pretty_printed_status_is_parsed() {
    let body = b"{\n  \"kind\": \"Status\",\n  \"metadata\": {\n    \n  },\n  \"message\": \"Unauthorized\",\n  \"reason\": \"Unauthorized\",\n  \"code\": 401,\n  \"details\": null\n}";
    let status = ApiStatus::from_body(StatusCode::UNAUTHORIZED, body);
    assert_eq!(status.to_string(), "Unauthorized (401 Unauthorized)");
}

#[test]
fn plain_text_body_becomes_the_message() {
    let status = ApiStatus::from_body(StatusCode::NOT_FOUND, b"404 page not found\n");
    assert_eq!(status.to_string(), "404 page not found (404)");
    let status = ApiStatus::from_body(StatusCode::BAD_GATEWAY, b"");
    assert_eq!(status.to_string(), "Bad Gateway (502)");
}

#[test]
fn code_is_the_http_status_unless_a_status_has_one_of_an_error() {
    for (body, code, message) in [
        (r#"{"code":14,"message":"unavailable","details":[]}"#, 503, "unavailable"),
        (r#"{"error":"no route","code":404}"#, 503, "Service Unavailable"),
        (r#"{"kind":"Status","code":"504","message":"away"}"#, 504, "away"),
        (r#"{"kind":"Status","code":504.0,"message":"away"}"#, 504, "away"),
        (r#"{"kind":"Status","code":200,"message":"away"}"#, 503, "away"),
        (r#"{"kind":"Status","code":-1,"message":7}"#, 503, "Service Unavailable"),
        (r#"{"kind":"Status","message":"required revision has been compacted"}"#, 410, ""),
        ("[]", 503, "[]"),
    ] {
        let status = ApiStatus::from_body(StatusCode::SERVICE_UNAVAILABLE, body.as_bytes());
        assert_eq!(status.code, code, "{body}");
        assert!(status.message.starts_with(message), "{body}");
    }
    let status = ApiStatus::from_body(StatusCode::GONE, br#"{"code":5,"message":"gone"}"#);
    assert!(status.is_gone());
}

#[test]
fn oldest_version_is_parsed_from_the_message() {
    let gone = |message: &str| ApiStatus {
        message: message.to_owned(),
        reason: "Expired".to_owned(),
        code: 410,
        ..ApiStatus::default()
    };
    assert_eq!(gone("too old resource version: 1 (306)").oldest_version(), Some("306"));
    assert_eq!(gone("too old resource version: 1 ()").oldest_version(), None);
    assert_eq!(gone("too old resource version: 1 (never)").oldest_version(), None);
    assert_eq!(
        gone("The resourceVersion for the provided watch is too old.").oldest_version(),
        None
    );
}

#[test]
fn event_without_a_code_is_what_its_reason_or_message_says() {
    for (object, code, message) in [
        (r#"{"message":"no","reason":"Expired","code":410}"#, 410, "no"),
        (r#"{"message":"no","reason":"Expired"}"#, 410, "no"),
        (r#"{"message":"no","reason":"Gone"}"#, 410, "no"),
        (r#"{"message":"no","reason":"ServerTimeout"}"#, 504, "no"),
        (
            r#"{"message":"too old resource version: 1 (9)"}"#,
            410,
            "too old resource version: 1 (9)",
        ),
        (r#"{"message":"cache is behind"}"#, 500, "cache is behind"),
        (r#"{"message":"no","code":"403","details":"x"}"#, 403, "no"),
        (r#"{"message":"no","code":503,"reason":7}"#, 503, "no"),
        (r#"{"message":"no","code":410.0}"#, 410, "no"),
        (r#"{"message":"no","code":-1}"#, 500, "no"),
        (r#"{"message":"too old resource version","code":403}"#, 403, "too old resource version"),
        (r#""stream closed""#, 500, "stream closed"),
        ("{}", 500, "no reason given"),
        ("null", 500, "no reason given"),
        ("", 500, "no reason given"),
    ] {
        let status = ApiStatus::from_event(object.as_bytes());
        assert_eq!((status.code, status.message.as_str()), (code, message), "{object}");
        assert_eq!(status.is_gone(), code == 410, "{object}");
    }
    let status = ApiStatus::from_event(br#"{"details":{"retryAfterSeconds":3}}"#);
    assert_eq!(status.details.retry_after_seconds, Some(3));
}

#[test]
fn status_in_protobuf_is_read_as_far_as_it_can_be() {
    let cause = serde_json::json!({"reason": "r", "message": "m", "field": "f"});
    let details = serde_json::json!({
        "name": "n", "group": "g", "kind": "pods", "causes": [cause], "retryAfterSeconds": 7,
    });
    let status = serde_json::json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure", "message": "away",
        "reason": "ServiceUnavailable", "code": 503, "details": details,
    });
    let json = status.to_string();
    let protobuf = encoder::enveloped(&status);
    let http = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(ApiStatus::from_body(http, &protobuf), ApiStatus::from_body(http, json.as_bytes()));
    assert_eq!(ApiStatus::from_event(&protobuf), ApiStatus::from_event(json.as_bytes()));
    assert_eq!(ApiStatus::from_event(&protobuf).details.retry_after_seconds, Some(7));
    // Damaged or another kind: the HTTP status is enough.
    for body in [&protobuf[..9], &encoder::envelope("v1", "Pod", &encoder::bytes(3, b"away"))] {
        let status = ApiStatus::from_body(http, body);
        assert_eq!(status.to_string(), "Too Many Requests (429)");
    }
    let damaged = [encoder::bytes(3, b"too old resource version: 1 (306)"), vec![0x0b]].concat();
    let status = ApiStatus::from_event(&encoder::envelope("v1", "Status", &damaged));
    assert_eq!((status.code, status.oldest_version()), (410, Some("306")));
}
