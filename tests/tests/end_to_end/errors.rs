//! What servers refuse, as typed errors that say what failed and what to do.

use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_36::{Pod, v1};
use watchables::{
    DynamicObject, InitialList, ResourceInfo, Scope, StreamOptions, WatchError, Watcher,
};
use watchables_tests::{Reply, Scripted, client, client_of, nobody, pod, server, soon};

const BOTH: [StreamOptions; 2] = [StreamOptions::managed(), StreamOptions::unmanaged()];

/// The error that ends a stream over a peer that gives this reply, and nothing after it.
async fn error(reply: Reply, options: StreamOptions) -> WatchError {
    let peer = Scripted::start([reply]).await;
    // Whoever streams the state first asks for a list next, whatever the refusal.
    let watcher = Watcher::<Pod>::new(client_of(peer.url())).initial_list(InitialList::Paged);
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
async fn http_errors_are_told_in_the_servers_words() {
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
async fn a_server_that_is_not_there_is_named_as_such() {
    let peer = Scripted::start([]).await;
    let (_socket, url) = nobody();
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
async fn a_version_too_old_is_gone_and_the_oldest_is_told() {
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

        // What it told is a version to start from.
        watcher.update_resource_version(oldest);
        let event = soon(watcher.stream(options).try_next()).await.unwrap().unwrap();
        assert_eq!(event.obj.metadata.name.as_deref(), Some("b"));
    }
}

#[tokio::test]
async fn a_cut_ends_an_unmanaged_stream_with_an_error() {
    let error =
        error(Reply::status(200).chunk("{\"type\":").cut(), StreamOptions::unmanaged()).await;
    assert!(error.is_disconnected(), "{error}");
}

#[tokio::test]
async fn what_is_no_watch_is_told_as_such() {
    for options in BOTH {
        let error = error(Reply::status(200).chunk("<html>\n</html>\n"), options).await;
        assert!(error.to_string().contains("the API server sent"), "{error}");
    }
}

#[tokio::test]
async fn an_object_of_another_shape_is_named_and_passed_over() {
    let server = server().await;
    let mut odd = pod("default", "odd");
    odd["spec"]["containers"][0]["ports"] = serde_json::json!([{"containerPort": "80"}]);
    server.store().create(odd).unwrap();
    server.store().create(pod("default", "sound")).unwrap();
    let watcher = Watcher::<v1::Pod>::new(client(&server));
    let mut events = watcher.stream(StreamOptions::managed());
    let error = soon(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_decode() && !error.is_terminal());
    assert_eq!(
        error.to_string(),
        "watching pods/v1: the ADDED default/odd does not decode into its type; use the types of the server's release, or fix the object"
    );
    let path = std::error::Error::source(&error).unwrap().to_string();
    assert!(path.starts_with("spec.containers[0].ports[0].containerPort: "), "{path}");
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("sound"));
}

#[tokio::test]
async fn a_kind_chosen_at_run_time_may_not_be_there_or_not_be_watched() {
    let server = server().await;
    let dynamic = |kind: &'static str, plural: &'static str, group: &'static str| {
        let resource = ResourceInfo::new(group, "v1", kind, plural, Scope::Cluster);
        Watcher::<DynamicObject>::for_resource(client(&server), resource)
    };
    let fleets = dynamic("Fleet", "fleets", "example.com");
    let error = soon(fleets.stream(StreamOptions::managed()).try_next()).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert!(error.to_string().contains("watching fleets.example.com/v1"), "{error}");
    let lacks = "the server has no fleets.example.com/v1; is the CRD installed?";
    assert!(error.to_string().contains(lacks), "{error}");

    let statuses = dynamic("ComponentStatus", "componentstatuses", "");
    let error = soon(statuses.stream(StreamOptions::unmanaged()).try_next()).await.unwrap_err();
    assert_eq!(error.status().unwrap().code, 405);

    let namespaced = dynamic("Node", "nodes", "").namespace("default");
    let error = soon(namespaced.stream(StreamOptions::managed()).try_next()).await.unwrap_err();
    assert!(error.is_invalid_setting() && error.to_string().contains("cluster-scoped"), "{error}");
}
