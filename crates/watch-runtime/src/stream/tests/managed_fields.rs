//! Streams without managed fields.

use watchable_core::{DynamicObject, Resource as _};

use super::*;

const ITEM: &str = r#"{"metadata":{"name":"NAME","uid":"u","resourceVersion":"VERSION","managedFields":[{"manager":"kubelet"}]}}"#;

fn item(name: &str, version: &str) -> String {
    ITEM.replace("NAME", name).replace("VERSION", version)
}

fn page(version: &str, item: &str) -> ScriptedResponse {
    let list = format!(r#"{{"metadata":{{"resourceVersion":"{version}"}},"items":[{item}]}}"#);
    ok(vec![Chunk::Text(list)])
}

/// An initial list, an event, and a repair: every source of objects.
fn responses() -> Vec<ScriptedResponse> {
    let live = format!("{{\"type\":\"MODIFIED\",\"object\":{}}}\n", item("a", "11"));
    vec![
        page("10", &item("a", "9")),
        ok(vec![Chunk::Text(live), Chunk::Disconnect]),
        ScriptedResponse { status: 410, body: vec![], ..ScriptedResponse::default() },
        page("20", &item("a", "19")),
        ok(vec![Chunk::Hang]),
    ]
}

async fn delivered(watcher: Watcher<DynamicObject>) -> Vec<String> {
    let watcher = watcher.initial_list(InitialList::Paged);
    let events = watcher.stream(StreamOptions::managed()).take(3).try_collect();
    let events: Vec<WatchEvent<DynamicObject>> = complete(events).await.unwrap();
    events.iter().map(|e| format!("{:?} {}", e.origin, e.obj.json())).collect()
}

fn watcher() -> Watcher<DynamicObject> {
    let server = ScriptedServer::new(responses());
    Watcher::with_transport(Arc::new(server), Pod::RESOURCE)
}

#[tokio::test(start_paused = true)]
async fn managed_fields_are_dropped_from_lists_events_and_repairs() {
    let object = |version: &str| {
        format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"a","uid":"u","resourceVersion":"{version}"}}}}"#
        )
    };
    assert_eq!(
        delivered(watcher().without_managed_fields()).await,
        [
            format!("Initial {}", object("9")),
            format!("Live {}", object("11")),
            format!("Repair {}", object("19")),
        ]
    );
    for json in delivered(watcher()).await {
        assert!(json.contains("kubelet"), "kept by default: {json}");
    }
}
