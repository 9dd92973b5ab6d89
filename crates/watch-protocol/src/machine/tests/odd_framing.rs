//! Lines and items of an odd form: they end neither a list nor a watch.

use watchable_core::DynamicObject;

use super::relist::{item, list, watching_from_version_10};
use super::*;

#[test]
fn last_line_without_an_ending_counts_at_a_clean_end() {
    for clean in [true, false] {
        let mut harness = watching("5");
        harness.chunk(event("MODIFIED", "6").trim_end());
        assert_eq!(
            harness.deliveries(),
            ["MODIFIED Live a"],
            "a whole object needs no line ending"
        );
        if clean {
            harness.end();
        } else {
            harness.disconnect();
            harness.sleep();
        }
        assert!(harness.request().contains("resourceVersion=6&"));
    }
    let mut harness = watching("5");
    harness.chunk(GONE.trim_end());
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn events_on_one_line_are_separate_events() {
    let (first, second) = (event("MODIFIED", "6"), event("MODIFIED", "7"));
    for line in [
        format!("{}{second}", first.trim_end()),
        format!("{} {second}", first.trim_end()),
        format!("\u{feff}{first}\u{feff}{}", second.trim_end()),
    ] {
        let mut harness = watching("5");
        harness.chunk(&line);
        assert_eq!(harness.deliveries(), ["MODIFIED Live a", "MODIFIED Live a"], "{line}");
        harness.chunk(&format!("{}{GONE}", event("MODIFIED", "8").trim_end()));
        assert_eq!(harness.deliveries(), ["MODIFIED Live a"], "{line}");
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    }
}

#[test]
fn event_that_is_malformed_in_each_watch_leads_to_a_list() {
    let mut harness = watching("5");
    for _ in 0..3 {
        harness.chunk("{\"type\":\"MODIFIED\",\"object\":{\"x\":NaN}} x\n");
        harness.sleep();
        let request = harness.request();
        if request == "/api/v1/pods?limit=500" {
            return;
        }
        harness.accept_watch();
    }
    panic!("no list");
}

#[test]
fn half_an_event_at_a_clean_end_is_discarded() {
    let line =
        event("ADDED", "6").replace(r#""}}"#, r#"","namespace":"s","uid":"u"},"spec":{"a":{}}"#);
    let mut harness = watching("5");
    harness.chunk(line.trim_end());
    harness.wait();
    harness.end();
    harness.sleep();
    assert!(harness.request().contains("resourceVersion=5&"));
}

#[test]
fn bookmark_without_metadata_is_skipped() {
    let mut harness = watching("5");
    for object in ["{}", r#"{"kind":"Pod"}"#, r#"{"metadata":null}"#, "null"] {
        harness.chunk(&format!("{{\"type\":\"BOOKMARK\",\"object\":{object}}}\n"));
        harness.wait();
    }
    harness.chunk(&event("MODIFIED", "6"));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
}

#[test]
fn bare_status_and_error_without_a_code_are_what_their_text_says() {
    for line in [
        r#"{"type":"ERROR","object":{"message":"too old resource version: 1 (398)"}}"#,
        r#"{"type":"ERROR","object":{"message":"too old","reason":"Expired"}}"#,
        r#"{"kind":"Status","message":"too old","reason":"Gone","code":410}"#,
    ] {
        let mut harness = watching("5");
        harness.chunk(&format!("{line}\n"));
        assert_eq!(harness.request(), "/api/v1/pods?limit=500", "{line}");
    }
    for line in [
        r#"{"type":"ERROR","object":{"message":"cache is behind"}}"#,
        r#"{"kind":"Status","message":"etcd is away","code":500}"#,
        r#"{"type":"ERROR","object":{}}"#,
        r#"{"type":"ERROR","object":null}"#,
        r#"{"type":"ERROR"}"#,
        r#"{"type":"ERROR","object":"stream closed"}"#,
    ] {
        let mut harness = watching("5");
        harness.chunk(&format!("{line}\n"));
        harness.sleep();
        assert!(harness.request().contains("resourceVersion=5&"), "{line}");
    }
}

#[test]
fn odd_item_of_a_list_is_an_error_item() {
    for odd in ["null", "\"text\"", "7", "{}", r#"{"metadata":[]}"#] {
        let mut harness = managed(None);
        harness.request();
        harness.list(&list(5, "", &[odd.to_owned(), item("a", "1", 3)]));
        let Step::Deliver(delivery) = harness.step() else { panic!("{odd}") };
        assert!(delivery.decode::<DynamicObject>(false).is_err(), "{odd}");
        assert_eq!(delivery.identity.to_string(), "an object without a name");
        assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
        assert!(harness.request().contains("resourceVersion=5&"));
        assert_eq!(harness.machine.status(harness.now).indexed_objects, 1);
    }
}

#[test]
fn odd_object_of_an_event_is_an_error_item() {
    for odd in [r#","object":null"#, r#","object":"text""#, r#","object":{}"#, ""] {
        let mut harness = watching_from_version_10();
        for etype in ["ADDED", "MODIFIED", "DELETED"] {
            harness.chunk(&format!("{{\"type\":\"{etype}\"{odd}}}\n"));
            let Step::Deliver(delivery) = harness.step() else { panic!("{odd}") };
            assert!(delivery.decode::<DynamicObject>(false).is_err(), "{odd}");
            harness.wait();
        }
        harness.chunk(&event("MODIFIED", "11"));
        assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    }
}

#[test]
fn numeric_version_of_an_object_is_used_and_named_if_it_does_not_decode() {
    let numeric = r#"{"metadata":{"name":"n","namespace":"s","uid":"u","resourceVersion":7}}"#;
    let mut harness = managed(None);
    harness.request();
    harness.list(&list(5, "", &[numeric.to_owned()]));
    let Step::Deliver(delivery) = harness.step() else { panic!() };
    let error = delivery.decode::<DynamicObject>(false).unwrap_err().to_string();
    assert!(error.contains("resourceVersion"), "{error}");
    assert_eq!(delivery.identity.to_string(), "s/n");
    harness.request();
    harness.accept_watch();
    harness.chunk(&format!("{{\"type\":\"MODIFIED\",\"object\":{numeric}}}\n"));
    assert_eq!(harness.deliveries(), [""; 0], "it is at the version delivered");
    assert_eq!(harness.machine.version(), Some("7"));
}

#[test]
fn repeated_continue_token_restarts_the_list_after_a_wait() {
    for tokens in [["t", "t"].as_slice(), &["t", "u", "t"]] {
        let mut harness = managed(None);
        let mut delivered = Vec::new();
        for _ in 0..3 {
            let mut asked = String::new();
            for (token, name) in tokens.iter().zip(["a", "b", "c"]) {
                assert_eq!(harness.request(), format!("/api/v1/pods?limit=500{asked}"));
                harness.list(&list(5, token, &[item(name, name, 3)]));
                delivered.extend(harness.deliveries());
                asked = format!("&continue={token}");
            }
            harness.sleep();
        }
        assert_eq!(delivered.len(), tokens.len(), "nothing is delivered twice: {delivered:?}");
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
        harness.list(&list(5, "", &[item("a", "a", 3)]));
        assert_eq!(harness.deliveries().len(), tokens.len() - 1, "the others were deleted");
    }
}
