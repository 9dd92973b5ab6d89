//! Managed streams: the initial list, then every change, across restarts of the watch.

use std::time::Duration;

use futures::TryStreamExt as _;
use serde_json::json;
use watchables::rel_1_37::Pod;
use watchables::{EventType, InitialList, Origin, StreamOptions, WatchEvent, Watcher};

use crate::support::{Reply, ScriptedServer, client, client_of, event_line, pod, server, soon};

fn line(event: &WatchEvent<Pod>) -> String {
    event_line(event, |pod| pod.metadata.name.as_deref())
}

async fn next(events: &mut watchables::WatchStream<Pod>) -> WatchEvent<Pod> {
    soon(events.try_next()).await.unwrap().expect("the stream continues")
}

#[tokio::test]
async fn paged_initial_list_is_followed_by_live_events() {
    let server = server().await;
    let store = server.store();
    for n in 0..5 {
        store.create(pod("default", &format!("p{n}"))).unwrap();
    }
    let watcher = Watcher::<Pod>::new(client(&server)).page_size(2);
    let mut events = watcher.stream(StreamOptions::managed());
    for n in 0..5 {
        let event = next(&mut events).await;
        assert_eq!((line(&event), event.origin), (format!("ADDED p{n}"), Origin::Initial));
    }
    let mut changed = pod("default", "p0");
    changed["metadata"]["labels"]["tier"] = json!("front");
    store.update(changed).unwrap();
    store.create(pod("default", "new")).unwrap();
    store.delete(watcher.resource(), Some("default"), "p1").unwrap();
    let event = next(&mut events).await;
    assert_eq!((line(&event).as_str(), event.origin), ("MODIFIED p0", Origin::Live));
    assert_eq!(event.obj.metadata.labels["tier"], "front");
    assert_eq!(line(&next(&mut events).await), "ADDED new");
    // A pod first gets a deletion timestamp.
    assert_eq!(line(&next(&mut events).await), "MODIFIED p1");
    assert_eq!(line(&next(&mut events).await), "DELETED p1");
    let reached = watcher.current_resource_version();
    assert_eq!(reached, Some(store.current_revision().to_string()));
}

#[tokio::test]
async fn repeated_timeouts_lose_no_event() {
    let server = server().await;
    let watcher = Watcher::<Pod>::new(client(&server)).timeout(Duration::from_secs(1));
    let mut events = watcher.stream(StreamOptions::managed());
    let writer = tokio::spawn({
        let store = server.store().clone();
        async move {
            for n in 0..30 {
                store.create(pod("default", &format!("p{n:02}"))).unwrap();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    });
    for n in 0..30 {
        assert_eq!(line(&next(&mut events).await), format!("ADDED p{n:02}"));
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn stream_starts_after_the_given_version_and_the_next_one_resumes() {
    let server = server().await;
    let store = server.store();
    store.create(pod("default", "old")).unwrap();
    let version = store.current_revision();
    store.create(pod("default", "a")).unwrap();
    store.create(pod("default", "b")).unwrap();

    let watcher = Watcher::<Pod>::new(client(&server)).resource_version(version);
    let mut events = watcher.stream(StreamOptions::managed());
    let event = next(&mut events).await;
    assert_eq!((line(&event).as_str(), event.origin), ("ADDED a", Origin::Live));
    watcher.stop();
    assert!(soon(events.try_next()).await.unwrap().is_none());
    assert_eq!(line(&next(&mut watcher.stream(StreamOptions::managed())).await), "ADDED b");

    watcher.update_resource_version(version);
    assert_eq!(line(&next(&mut watcher.stream(StreamOptions::managed())).await), "ADDED a");
}

#[tokio::test]
async fn truncated_event_is_delivered_once_and_complete() {
    let event = |etype, name: &str, version: u32| {
        let object = json!({"metadata": {"name": name, "resourceVersion": version.to_string()}});
        format!("{}\n", json!({"type": etype, "object": object})).into_bytes()
    };
    let list = json!({"metadata": {"resourceVersion": "10"}, "items": []}).to_string();
    let complete = event("ADDED", "naïve–✓", 12);
    // Truncated within a character.
    let (start, _) = complete.split_at(complete.iter().position(|b| !b.is_ascii()).unwrap() + 1);
    let peer = ScriptedServer::start([
        Reply::status(200).chunk(list),
        Reply::status(200).chunk(event("ADDED", "a", 11)).chunk(start).disconnect(),
        Reply::status(429).header("retry-after", "0"),
        Reply::status(200).chunk(&complete[..20]).chunk(&complete[20..]).keep_open(),
    ])
    .await;
    let watcher = Watcher::<Pod>::new(client_of(peer.url())).initial_list(InitialList::Paged);
    let mut events = watcher.stream(StreamOptions::managed());
    assert_eq!(line(&next(&mut events).await), "ADDED a");
    let event = next(&mut events).await;
    assert_eq!((event.etype, line(&event).as_str()), (EventType::Added, "ADDED naïve–✓"));
    let requests = peer.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests[1].contains("resourceVersion=10&"), "{requests:?}");
    assert!(requests[3].contains("resourceVersion=11&"), "{requests:?}");
}
