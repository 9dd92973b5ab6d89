//! The stream for stores: objects as received.

use watchable_core::Resource as _;

use super::*;
use crate::stream::{RawEvent, RawEvents};

const DELETED: &str =
    r#"{"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"12"}}}"#;

fn list(names: &[&str]) -> ScriptedResponse {
    let items = names.iter().map(|name| {
        format!(r#"{{"metadata":{{"name":"{name}","uid":"u","resourceVersion":"9"}},"spec":{{"ports":[7]}}}}"#)
    });
    let items: Vec<_> = items.collect();
    let body =
        format!(r#"{{"metadata":{{"resourceVersion":"10"}},"items":[{}]}}"#, items.join(","));
    ok(vec![Chunk::Text(body)])
}

fn watcher(responses: Vec<ScriptedResponse>) -> Watcher<Pod> {
    let server = ScriptedServer::new(responses);
    Watcher::with_transport(Arc::new(server), Pod::RESOURCE).initial_list(InitialList::Paged)
}

async fn next(events: &mut RawEvents) -> RawEvent {
    complete(events.next()).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn raw_events_begin_with_the_state_share_keys_and_tell_how_far_they_are() {
    let bookmark = r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"15"}}}"#;
    let watch = ok(vec![Chunk::Text(format!("{DELETED}\n{bookmark}\n")), Chunk::Hang]);
    // The version is ignored: a store would lack what existed before.
    let watcher = watcher(vec![list(&["a", "b"]), watch]).resource_version("5").repair_gaps(false);
    let mut events = watcher.raw_events();
    assert_eq!(events.resource_version(), None);
    for name in ["a", "b"] {
        let RawEvent { delivery, key } = next(&mut events).await;
        let key = key.unwrap();
        assert_eq!(&*key, format!("/{name}"));
        assert!(Arc::strong_count(&key) > 1, "the index has the same text");
        assert_eq!(delivery.decode::<Pod>(true).unwrap().spec.ports, [7]);
        events.record_decoded(&delivery);
        assert!(!events.has_synced());
    }
    let RawEvent { delivery, key } = next(&mut events).await;
    assert_eq!(
        (delivery.etype, delivery.identity.name.as_str(), key),
        (EventType::Deleted, "a", None)
    );
    assert!(events.has_synced());
    assert_eq!(events.resource_version(), Some("12"));
    assert!(events.next().now_or_never().is_none());
    assert_eq!(events.resource_version(), Some("15"), "by a bookmark");
    let error = events.record_undecodable(&delivery, serde::de::Error::custom("planted"));
    assert!(error.is_decode());
    assert!(events.next().now_or_never().is_none());
    assert_eq!(watcher.status().borrow().decode_errors, 1);
}
