//! Repair of gaps in the server's history, over real HTTP.

use futures::TryStreamExt as _;
use watchables::rel_1_37::Pod;
use watchables::{InitialList, Origin, Phase, StreamOptions, WatchEvent, Watcher};

use crate::support::{client, pod, server, soon};

/// Returns the events up to one of this type and name.
async fn until(
    events: &mut watchables::WatchStream<Pod>,
    etype: &str,
    name: &str,
) -> Vec<WatchEvent<Pod>> {
    let mut seen = Vec::new();
    loop {
        let event = soon(events.try_next()).await.unwrap().expect("an event");
        let last =
            event.etype.as_str() == etype && event.obj.metadata.name.as_deref() == Some(name);
        seen.push(event);
        if last {
            return seen;
        }
    }
}

fn lines(events: &[WatchEvent<Pod>]) -> Vec<String> {
    let line = |e: &WatchEvent<Pod>| {
        format!("{} {:?} {}", e.etype, e.origin, e.obj.metadata.name.as_deref().unwrap_or("-"))
    };
    events.iter().map(line).collect()
}

#[tokio::test]
async fn repair_after_a_gap_delivers_each_difference_once() {
    for how in [InitialList::Streaming, InitialList::Paged] {
        let server = server().await;
        let store = server.store();
        let names = ["changed", "deleted", "recreated", "same"];
        let mut objects = names.map(|name| store.create(pod("default", name)).unwrap());
        let watcher = Watcher::<Pod>::new(client(&server)).initial_list(how);
        let mut events = watcher.stream(StreamOptions::managed());
        let initial = until(&mut events, "ADDED", "same").await;
        assert_eq!(lines(&initial), names.map(|name| format!("ADDED Initial {name}")), "{how:?}");
        store.create(pod("default", "seen")).unwrap();
        until(&mut events, "ADDED", "seen").await;
        watcher.stop();

        objects[0]["metadata"]["labels"]["app"] = "new".into();
        store.update(objects[0].clone()).unwrap();
        let resource = watcher.resource();
        for name in ["deleted", "recreated"] {
            store.delete(resource, Some("default"), name).unwrap();
        }
        let recreated = store.create(pod("default", "recreated")).unwrap();
        store.create(pod("default", "new")).unwrap();
        store.compact();

        let mut events = watcher.stream(StreamOptions::managed());
        let repair = until(&mut events, "DELETED", "deleted").await;
        assert_eq!(
            lines(&repair),
            [
                "MODIFIED Repair changed",
                "ADDED Repair new",
                "DELETED Repair recreated",
                "ADDED Repair recreated",
                "DELETED Repair deleted",
            ],
            "{how:?}"
        );
        assert_eq!(repair[3].obj.metadata.uid.as_deref(), recreated["metadata"]["uid"].as_str());
        assert_ne!(repair[2].obj.metadata.uid, repair[3].obj.metadata.uid);
        let gone = &repair[4].obj;
        assert_eq!(gone.metadata.uid.as_deref(), objects[1]["metadata"]["uid"].as_str());
        assert_eq!((gone.kind.as_deref(), gone.spec.as_ref()), (Some("Pod"), None));

        store.create(pod("default", "after")).unwrap();
        let live = until(&mut events, "ADDED", "after").await;
        assert_eq!(lines(&live), ["ADDED Live after"]);
        assert!(live.iter().all(|event| event.origin == Origin::Live));
        let status = watcher.status().borrow().clone();
        assert_eq!((status.phase, status.repairs, status.events), (Phase::Live, 1, 6));
        assert_eq!(status.indexed_objects, 6);
        assert_eq!(
            status.resource_version.as_deref(),
            live[0].obj.metadata.resource_version.as_deref()
        );
    }
}
