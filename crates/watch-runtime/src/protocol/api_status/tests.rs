//! Tests of the `Status` object.

use http::StatusCode;

use super::*;

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
