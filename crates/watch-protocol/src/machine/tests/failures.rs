//! Terminal errors, malformed and truncated responses.

use super::*;

#[test]
fn disconnect_backs_off_when_managed_and_ends_when_unmanaged() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    assert!(harness.sleep() < Duration::from_millis(200));
    assert!(harness.request().contains("resourceVersion=5&"));

    let mut harness = unmanaged(None);
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    assert!(harness.error().is_disconnected());
}

#[test]
fn unmanaged_410_ends_and_names_the_oldest_version() {
    let mut harness = unmanaged(Some("1"));
    harness.request();
    harness.head(200);
    harness.chunk(GONE);
    let error = harness.error();
    assert!(error.is_gone() && error.is_terminal());
    assert!(error.to_string().contains("the oldest version it has is 306"), "{error}");
    harness.ended();
}

#[test]
fn terminal_rejection_ends_with_the_servers_message() {
    for status in [400, 401, 403, 404, 405, 406, 422, 500] {
        for mut harness in [managed(None), unmanaged(None)] {
            if status == 500 && harness.machine.is_managed() {
                continue;
            }
            harness.request();
            harness.head(status);
            harness.chunk("{\n  \"kind\": \"Status\",\n  \"message\": \"no\",");
            harness.chunk("\n  \"reason\": \"Because\",\n  \"code\": ");
            harness.chunk(&format!("{status}\n}}"));
            harness.end();
            let error = harness.error();
            let delivered = error.status().unwrap();
            assert_eq!((delivered.code, delivered.reason.as_str()), (status, "Because"));
            assert!(error.to_string().contains("pods/v1"), "{error}");
        }
    }
}

#[test]
fn truncated_rejection_keeps_its_status() {
    let mut harness = managed(None);
    harness.request();
    harness.head(403);
    harness.chunk("{\"message\":");
    harness.disconnect();
    assert!(harness.error().is_forbidden());
}

#[test]
fn unreachable_server_is_retried_only_after_it_was_reached() {
    for mut harness in [managed(None), unmanaged(None)] {
        harness.request();
        harness.machine.on_unreachable("connection refused".into(), harness.now);
        assert!(harness.error().is_connect());
    }
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    for _ in 0..20 {
        assert!(harness.sleep() <= Duration::from_secs(30));
        assert!(harness.request().contains("resourceVersion=5&"));
        harness.machine.on_unreachable("connection refused".into(), harness.now);
    }
}

#[test]
fn status_has_the_error_while_the_server_is_unreachable() {
    let mut harness = managed(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.disconnect();
    let unreachable = |harness: &mut Harness| {
        let status = harness.machine.status(harness.now).clone();
        status.unreachable.map(|text| text.to_string())
    };
    assert_eq!(unreachable(&mut harness), None);
    for error in ["the proxy answered 503", "the exec plugin failed"] {
        harness.sleep();
        harness.request();
        harness.machine.on_unreachable(error.into(), harness.now);
        assert_eq!(unreachable(&mut harness).as_deref(), Some(error));
    }
    harness.sleep();
    harness.request();
    harness.head(503);
    harness.chunk("{}");
    harness.end();
    assert_eq!(unreachable(&mut harness), None);
}

#[test]
fn truncated_list_is_requested_again() {
    let mut harness = managed(None);
    harness.request();
    harness.head(200);
    harness.chunk(&LIST[..30]);
    harness.disconnect();
    harness.sleep();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.list(LIST);
    harness.delivery();
}

#[test]
fn malformed_response_ends_with_what_is_wrong() {
    let mut harness = unmanaged(Some("5"));
    harness.request();
    harness.accept_watch();
    harness.chunk("<html>\n");
    assert!(harness.error().to_string().contains("a line that is not a watch event"));
    for body in ["<html>", "{}", "null"] {
        let mut harness = managed(None);
        harness.request();
        harness.list(body);
        assert!(harness.error().to_string().starts_with("listing pods/v1: the API server sent"));
    }
}

#[test]
fn rejection_body_is_truncated() {
    let mut harness = managed(None);
    harness.request();
    harness.head(403);
    for _ in 0..100 {
        harness.chunk(&"no ".repeat(1_000));
    }
    harness.end();
    let error = harness.error();
    assert!(error.status().unwrap().message.len() <= 64 << 10);
}

#[test]
fn oversized_list_item_ends_the_stream() {
    let settings = Settings {
        initial_list: InitialList::Paged,
        max_event_bytes: Some(100),
        ..Settings::default()
    };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.head(200);
    harness.chunk(&format!(r#"{{"items":[{{"a":"{}"#, "a".repeat(200)));
    assert!(harness.error().to_string().contains("100"));
}
