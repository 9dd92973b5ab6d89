//! Streams of objects without their managed fields.

use watchable_core::DynamicObject;

use super::*;

const ITEM: &str = r#"{"metadata":{"name":"NAME","uid":"u","resourceVersion":"VERSION","managedFields":[{"manager":"kubelet"}]}}"#;

fn item(name: &str, version: &str) -> String {
    ITEM.replace("NAME", name).replace("VERSION", version)
}

fn page(version: &str, item: &str) -> Answer {
    let list = format!(r#"{{"metadata":{{"resourceVersion":"{version}"}},"items":[{item}]}}"#);
    ok(vec![Piece::Text(list)])
}

/// The first state, an event, and a repair: everything that can bring an object.
fn answers() -> Vec<Answer> {
    let live = format!("{{\"type\":\"MODIFIED\",\"object\":{}}}\n", item("a", "11"));
    vec![
        page("10", &item("a", "9")),
        ok(vec![Piece::Text(live), Piece::Cut]),
        Answer { status: 410, body: vec![] },
        page("20", &item("a", "19")),
        ok(vec![Piece::Hang]),
    ]
}

async fn seen(watcher: Watcher<DynamicObject>) -> Vec<String> {
    let watcher = watcher.initial_list(InitialList::Paged);
    let events = watcher.stream(StreamOptions::managed()).take(3).try_collect();
    let events: Vec<WatchEvent<DynamicObject>> = soon(events).await.unwrap();
    events.iter().map(|e| format!("{:?} {}", e.origin, e.obj.json())).collect()
}

fn watcher() -> Watcher<DynamicObject> {
    let script = Script { answers: Mutex::new(answers().into()), ..Script::default() };
    Watcher::over(Arc::new(script), Pod::RESOURCE)
}

#[tokio::test(start_paused = true)]
async fn they_are_left_out_of_lists_events_and_repairs_alike() {
    let object = |version: &str| {
        format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"a","uid":"u","resourceVersion":"{version}"}}}}"#
        )
    };
    assert_eq!(
        seen(watcher().without_managed_fields()).await,
        [
            format!("Initial {}", object("9")),
            format!("Live {}", object("11")),
            format!("Repair {}", object("19")),
        ]
    );
    for json in seen(watcher()).await {
        assert!(json.contains("kubelet"), "they are there unless one asks: {json}");
    }
}
