//! Rows of the server's tables.

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use watchables::rel_1_37::v1::Pod;
use watchables::{
    InitialList, Meta, Origin, Resource as _, StoreBuilder, StreamOptions, TableRow, Watcher,
};

use crate::support::{client, pod, server, soon};

#[tokio::test]
async fn rows_are_watched_live_and_after_a_gap() {
    for how in [InitialList::Streaming, InitialList::Paged] {
        let server = server().await;
        let mut web = server.store().create(pod("default", "web")).unwrap();
        server.store().create(pod("default", "db")).unwrap();
        let watcher = Watcher::<TableRow<Pod>>::new(client(&server)).initial_list(how);
        let watcher = watcher.namespace("default").without_managed_fields();
        let mut events = watcher.stream(StreamOptions::managed());
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!((event.etype.as_str(), event.origin), ("ADDED", Origin::Initial));
        let columns = event.obj.columns.unwrap();
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names[..5], ["Name", "Ready", "Status", "Restarts", "Age"]);
        assert_eq!((columns[0].format.as_str(), columns[0].priority), ("name", 0));
        assert_eq!(columns[5].priority, 1, "{columns:?}");
        let cells = event.obj.cells.unwrap();
        assert_eq!((&cells[0], cells.len()), (&"db".into(), columns.len()));
        let object = event.obj.object;
        assert_eq!(object.metadata.name.as_deref(), Some("db"));
        assert_eq!(object.kind.as_deref(), Some("Pod"));
        assert!(object.spec.is_some());
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!(event.obj.columns, None, "they are those of the first row");
        assert_eq!(event.obj.cells.unwrap()[0], "web");

        web["status"]["phase"] = "Running".into();
        server.store().update(web).unwrap();
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!(event.etype.as_str(), "MODIFIED");
        assert_eq!((event.obj.columns, &event.obj.cells.unwrap()[2]), (None, &"Running".into()));

        watcher.stop();
        server.store().delete(&Pod::RESOURCE, Some("default"), "web").unwrap();
        server.store().compact();
        let mut events = watcher.stream(StreamOptions::managed());
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!((event.etype.as_str(), event.origin), ("DELETED", Origin::Repair));
        assert_eq!((event.obj.columns, event.obj.cells), (None, None));
        assert_eq!(event.obj.object.metadata.name.as_deref(), Some("web"));
    }
}

/// It streams no state as a table, and would send objects to whoever accepts them as well.
#[tokio::test]
async fn rows_of_kubernetes_1_33_are_listed() {
    let catalog = watchables::rel_1_37::CATALOG;
    let server = EmbeddedServer::builder(catalog).release("1.33").start().await.unwrap();
    server.store().create(pod("default", "web")).unwrap();
    let rows = Watcher::<TableRow<Pod>>::new(client(&server));
    let mut events = rows.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert!(event.obj.columns.is_some());
    assert_eq!(event.obj.cells.unwrap()[0], "web");
}

#[tokio::test]
async fn rows_are_kept_in_stores_by_their_labels() {
    let server = server().await;
    for name in ["web", "db"] {
        server.store().create(pod("default", name)).unwrap();
    }
    let rows = Watcher::<TableRow<Meta<Pod>>>::new(client(&server));
    let store = StoreBuilder::new().source("pods", rows).compact().build();
    soon(store.ready().into_future()).await.unwrap();
    let selected = store.select("app=web").unwrap();
    let cells: Vec<_> = selected.iter().map(|row| row.cells.as_ref().unwrap()[0].clone()).collect();
    assert_eq!(cells, ["web"]);
}
