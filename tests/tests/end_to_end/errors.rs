//! Errors of servers, as typed errors that say what failed and how to fix it.

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_37::{Pod, v1};
use watchables::{
    DynamicObject, InitialList, ResourceInfo, Scope, StreamOptions, WatchError, Watcher, Wire,
};

use crate::support::{Reply, ScriptedServer, client, client_of, closed_port, pod, server, soon};

const BOTH: [StreamOptions; 2] = [StreamOptions::managed(), StreamOptions::unmanaged()];

/// Returns the error that ends the stream of a server that sends only this reply.
async fn error(reply: Reply, options: StreamOptions) -> WatchError {
    let peer = ScriptedServer::start([reply]).await;
    // A streaming list that fails is followed by a paged list, so request the paged list only.
    let watcher = Watcher::<Pod>::new(client_of(peer.url()))
        .initial_list(InitialList::Paged)
        // A managed stream waits for a server that responds with 500.
        .give_up_after(Duration::ZERO);
    let mut events = watcher.stream(options);
    let error = soon(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_terminal());
    assert!(soon(events.next()).await.is_none(), "the stream is over");
    error
}

macro_rules! recorded {
    ($file:literal) => {
        include_bytes!(concat!("../../data/recorded-1.36/", $file))
    };
}

#[tokio::test]
async fn http_error_has_the_servers_message() {
    for options in BOTH {
        let e = error(Reply::status(401).chunk(recorded!("status-401.json")), options).await;
        assert!(e.is_unauthorized(), "{e}");
        let e = error(Reply::status(403).chunk(recorded!("status-403.json")), options).await;
        assert!(e.is_forbidden(), "{e}");
        assert!(e.to_string().contains("User \"viewer\" cannot watch resource \"pods\""), "{e}");
        let e = error(Reply::status(404).chunk(recorded!("status-404.txt")), options).await;
        assert!(e.is_not_found() && e.to_string().contains("404 page not found"), "{e}");
        let e =
            error(Reply::status(500).chunk(recorded!("status-bad-version.json")), options).await;
        assert_eq!(e.status().unwrap().code, 500);
        let e =
            error(Reply::status(400).chunk(recorded!("status-bad-selector.json")), options).await;
        assert_eq!(e.status().unwrap().reason, "BadRequest");
    }
}

#[tokio::test]
async fn unreachable_server_is_a_connect_error() {
    let peer = ScriptedServer::start([]).await;
    let (_socket, url) = closed_port();
    for (url, options) in [(url.as_str(), BOTH[0]), (url.as_str(), BOTH[1]), (peer.url(), BOTH[0])]
    {
        let watcher = Watcher::<Pod>::new(client_of(url));
        let error = soon(watcher.stream(options).try_next()).await.unwrap_err();
        assert!(error.is_connect(), "{error}");
        assert!(error.to_string().contains(": the API server could not be reached; "), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[tokio::test]
async fn expired_version_without_repair_is_gone_and_names_the_oldest() {
    let server = server().await;
    let store = server.store();
    store.create(pod("default", "a")).unwrap();
    store.compact();
    store.create(pod("default", "b")).unwrap();
    for options in BOTH {
        let watcher = Watcher::<Pod>::new(client(&server)).resource_version(1).repair_gaps(false);
        let error = soon(watcher.stream(options).try_next()).await.unwrap_err();
        assert!(error.is_gone(), "{error}");
        let oldest = error.status().unwrap().oldest_version().expect("a version").to_owned();
        assert!(error.to_string().contains(&format!("the oldest version it has is {oldest}")));

        // A stream can start from the version in the error.
        watcher.update_resource_version(oldest);
        let event = soon(watcher.stream(options).try_next()).await.unwrap().unwrap();
        assert_eq!(event.obj.metadata.name.as_deref(), Some("b"));
    }
}

#[tokio::test]
async fn disconnect_ends_an_unmanaged_stream_with_an_error() {
    let error =
        error(Reply::status(200).chunk("{\"type\":").disconnect(), StreamOptions::unmanaged())
            .await;
    assert!(error.is_disconnected(), "{error}");
}

#[tokio::test]
async fn response_that_is_not_json_ends_the_stream() {
    for options in BOTH {
        let error = error(Reply::status(200).chunk("<html>\n</html>\n"), options).await;
        assert!(error.to_string().contains("the API server sent"), "{error}");
    }
}

#[tokio::test]
async fn object_that_does_not_decode_is_an_error_item_and_skipped() {
    let server = server().await;
    let mut invalid = pod("default", "invalid");
    invalid["spec"]["containers"][0]["ports"] = serde_json::json!([{"containerPort": "80"}]);
    server.store().create(invalid).unwrap();
    server.store().create(pod("default", "valid")).unwrap();
    // The server has no protobuf of it, either: there it has no port.
    let watcher = Watcher::<v1::Pod>::new(client(&server)).wire(Wire::Json);
    let mut events = watcher.stream(StreamOptions::managed());
    let error = soon(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_decode() && !error.is_terminal());
    assert_eq!(
        error.to_string(),
        "watching pods/v1: the ADDED default/invalid does not decode into its type; use the types of the server's release, or fix the object"
    );
    let path = std::error::Error::source(&error).unwrap().to_string();
    assert!(path.starts_with("spec.containers[0].ports[0].containerPort: "), "{path}");
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("valid"));
}

#[tokio::test]
async fn dynamic_watcher_reports_missing_unwatchable_and_cluster_scoped_resources() {
    let server = server().await;
    let dynamic = |kind: &'static str, plural: &'static str, group: &'static str| {
        let resource = ResourceInfo::new(group, "v1", kind, plural, Scope::Cluster);
        Watcher::<DynamicObject>::for_resource(client(&server), resource)
    };
    let fleets = dynamic("Fleet", "fleets", "example.com");
    let error = soon(fleets.stream(StreamOptions::managed()).try_next()).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert!(error.to_string().contains("watching fleets.example.com/v1"), "{error}");
    let missing = "the server has no fleets.example.com/v1; is the CRD installed?";
    assert!(error.to_string().contains(missing), "{error}");

    let statuses = dynamic("ComponentStatus", "componentstatuses", "");
    let error = soon(statuses.stream(StreamOptions::unmanaged()).try_next()).await.unwrap_err();
    assert_eq!(error.status().unwrap().code, 405);

    let namespaced = dynamic("Node", "nodes", "").namespace("default");
    let error = soon(namespaced.stream(StreamOptions::managed()).try_next()).await.unwrap_err();
    assert!(error.is_invalid_setting() && error.to_string().contains("cluster-scoped"), "{error}");
}
