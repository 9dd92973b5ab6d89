//! Each form of one event.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use watch_protocol::EventType;
use watchable_core::{ResourceInfo, Scope};

use super::*;

static DEPLOYMENTS: ResourceInfo =
    ResourceInfo::new("apps", "v1", "Deployment", "deployments", Scope::Namespaced);

fn message() -> Message {
    Message {
        id: "eu/5f0c/7".into(),
        cluster: "eu west/ü".into(),
        resource: Arc::new(DEPLOYMENTS.clone()),
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
        uid: "5f0c".to_owned(),
        version: "7".to_owned(),
        etype: EventType::Modified,
        is_repair: false,
        gap: None,
        time: "2026-01-02T03:04:05.12Z".parse().expect("a time"),
        object: "{\"a\":\n\"b\\n\"}".into(),
        old_object: None,
        payload: Payload::default(),
    }
}

const DIFF: Option<&[u8]> = Some(br#"["a"]"#);

fn whole() -> Message {
    Message {
        etype: EventType::Deleted,
        is_repair: true,
        gap: Some(Duration::from_millis(1_001)),
        old_object: Some(r#"{"a":1}"#.into()),
        ..message()
    }
}

fn json_of(payload: &Payload) -> Value {
    assert!(!payload.body.contains(&b'\n'), "{payload:?}");
    serde_json::from_slice(&payload.body).expect("it is JSON")
}

#[test]
fn wire_form_is_that_of_a_watch_with_time_source_and_identity() {
    let payload = Form::Wire.payload(&message(), None);
    assert_eq!((payload.content_type, payload.headers.len()), ("application/json", 0));
    let expected = "{\"type\":\"MODIFIED\",\"time\":\"2026-01-02T03:04:05.120000Z\",\"source\":\"deployments.apps/v1\",\
                    \"id\":\"eu/5f0c/7\",\"cluster\":\"eu west/ü\",\"object\":{\"a\": \"b\\n\"}}";
    assert_eq!(payload.body, expected);
    let whole = json_of(&Form::Wire.payload(&whole(), DIFF));
    assert_eq!(whole["type"], "DELETED");
    assert_eq!((&whole["origin"], &whole["gapSeconds"]), (&json!("repair"), &json!(2)));
    assert_eq!((&whole["oldObject"], &whole["diff"]), (&json!({"a": 1}), &json!(["a"])));
}

#[test]
fn structured_cloud_event_has_all_attributes() {
    let payload = Form::CloudEvents.payload(&message(), None);
    assert_eq!(payload.content_type, "application/cloudevents+json");
    assert!(payload.headers.is_empty());
    let expected = json!({
        "specversion": "1.0",
        "id": "eu/5f0c/7",
        "source": "eu%20west%2F%C3%BC",
        "type": "io.watchables.resource.modified",
        "subject": "deployments.apps/v1/shop/web",
        "time": "2026-01-02T03:04:05.120000Z",
        "change": "modified",
        "uid": "5f0c",
        "resourceversion": "7",
        "partitionkey": "eu%20west%2F%C3%BC/deployments.apps/v1/shop/web",
        "datacontenttype": "application/json",
        "data": {"object": {"a": "b\n"}},
    });
    assert_eq!(json_of(&payload), expected);
}

#[test]
fn repaired_cloud_event_says_what_happened() {
    let event = json_of(&Form::CloudEvents.payload(&whole(), DIFF));
    assert_eq!(event["type"], "io.watchables.resource.repaired");
    assert_eq!((&event["change"], &event["gapseconds"]), (&json!("deleted"), &json!(2)));
    let data = json!({"object": {"a": "b\n"}, "oldObject": {"a": 1}, "diff": ["a"]});
    assert_eq!(event["data"], data);
}

#[test]
fn names_of_attributes_are_lower_case_alphanumeric_and_short() {
    let event = json_of(&Form::CloudEvents.payload(&whole(), DIFF));
    for name in event.as_object().expect("an object").keys() {
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        assert!(name.chars().all(valid) && name.len() <= 20, "{name}");
    }
}

#[test]
fn binary_cloud_event_has_attributes_in_headers() {
    let mut whole = whole();
    "we\"b ü%".clone_into(&mut whole.name);
    let payload = Form::CloudEventsBinary.payload(&whole, DIFF);
    assert_eq!(payload.content_type, "application/json");
    let header = |name| {
        let found = payload.headers.iter().find(|(header, _)| *header == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("ce-specversion"), Some("1.0"));
    assert_eq!(header("ce-subject"), Some("deployments.apps/v1/shop/we%22b%20%C3%BC%25"));
    assert_eq!(header("ce-gapseconds"), Some("2"));
    // The same attributes as in structured mode.
    let event = json_of(&Form::CloudEvents.payload(&whole, DIFF));
    let mut names: Vec<_> = event.as_object().expect("an object").keys().cloned().collect();
    names.retain(|name| !name.starts_with("data"));
    let mut headers: Vec<_> =
        payload.headers.iter().map(|(name, _)| name.trim_start_matches("ce-").to_owned()).collect();
    headers.sort();
    names.sort();
    assert_eq!(headers, names);
    assert_eq!(json_of(&payload), event["data"]);
}

#[test]
fn absent_attributes_are_left_out() {
    let nothing = String::new;
    let message = Message { uid: nothing(), version: nothing(), namespace: nothing(), ..message() };
    let event = json_of(&Form::CloudEvents.payload(&message, None));
    assert_eq!((event.get("uid"), event.get("resourceversion")), (None, None));
    assert_eq!(event["subject"], "deployments.apps/v1/web");
}

#[test]
fn payloads_of_one_form_are_joined() {
    let join = |forms: &[Form]| {
        let payloads: Vec<_> = forms.iter().map(|form| form.payload(&message(), None)).collect();
        super::join(payloads.iter())
    };
    let events = join(&[Form::CloudEvents; 3]).expect("a batch");
    assert_eq!(events.content_type, "application/cloudevents-batch+json");
    assert_eq!(json_of(&events).as_array().map(Vec::len), Some(3));
    let lines = join(&[Form::Wire; 3]).expect("lines");
    assert_eq!(lines.content_type, "application/x-ndjson");
    assert_eq!(lines.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(), 3);
    assert!(join(&[Form::CloudEventsBinary; 2]).is_none());
    assert!(join(&[Form::Wire, Form::CloudEvents]).is_none());
    assert!(join(&[]).is_none());
}
