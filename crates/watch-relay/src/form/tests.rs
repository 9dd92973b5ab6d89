use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use watch_protocol::EventType;
use watchable_core::{ResourceInfo, Scope};

use super::*;

fn message(etype: EventType) -> Message {
    let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    Message {
        id: "c-uid/u/7".into(),
        cluster: "prod".into(),
        resource: Arc::new(pods),
        namespace: "shop".to_owned(),
        name: "web-1".to_owned(),
        uid: "u".to_owned(),
        version: "7".to_owned(),
        etype,
        is_repair: false,
        gap: None,
        time: Timestamp::UNIX_EPOCH,
        object: r#"{"kind":"Pod","ä":1}"#.into(),
        old_object: None,
        payload: Payload::default(),
    }
}

fn rendered(kind: FormKind, message: &Message, diff: Option<&[String]>) -> (Payload, Value) {
    let payload = render(&FormConfig { kind, ..FormConfig::default() }, message, diff);
    let body = serde_json::from_slice(&payload.body).unwrap();
    (payload, body)
}

#[test]
fn wire_form_has_type_object_and_identity() {
    let (_, body) = rendered(FormKind::Wire, &message(EventType::Modified), None);
    assert_eq!(
        body,
        json!({
            "type": "MODIFIED", "id": "c-uid/u/7", "time": "1970-01-01T00:00:00Z",
            "cluster": "prod", "resource": "pods/v1", "object": {"kind": "Pod", "ä": 1},
        })
    );
    let mut repaired = message(EventType::Added);
    repaired.is_repair = true;
    repaired.gap = Some(Duration::from_millis(1_500));
    repaired.old_object = Some("{}".into());
    let (_, body) = rendered(FormKind::Wire, &repaired, Some(&["a: 1 → 2".to_owned()]));
    assert_eq!(body["repair"], true);
    assert_eq!(body["gapSeconds"], 1.5);
    assert_eq!(body["oldObject"], json!({}));
    assert_eq!(body["diff"], json!(["a: 1 → 2"]));
}

#[test]
fn cloud_events_have_the_required_attributes() {
    let (payload, body) = rendered(FormKind::CloudEvents, &message(EventType::Deleted), None);
    assert_eq!(payload.content_type, "application/cloudevents+json");
    assert_eq!(
        body,
        json!({
            "specversion": "1.0", "id": "c-uid/u/7", "source": "/clusters/prod",
            "type": "io.watchables.resource.deleted", "subject": "pods/v1/shop/web-1",
            "time": "1970-01-01T00:00:00Z", "datacontenttype": "application/json",
            "data": {"object": {"kind": "Pod", "ä": 1}},
        })
    );
}

#[test]
fn binary_cloud_events_have_their_attributes_in_headers() {
    let mut odd = message(EventType::Modified);
    odd.cluster = "prod \"ä\"".into();
    odd.is_repair = true;
    let (payload, body) = rendered(FormKind::CloudEventsBinary, &odd, None);
    assert_eq!(body, json!({"object": {"kind": "Pod", "ä": 1}}));
    let header = |name: &str| {
        let header = payload.headers.iter().find(|(header, _)| *header == name);
        header.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("ce-specversion"), Some("1.0"));
    assert_eq!(header("ce-type"), Some("io.watchables.resource.repaired"));
    let source = header("ce-source").unwrap();
    assert!(source.is_ascii() && !source.contains([' ', '"']), "{source}");
}
