//! Several kinds in one blocking iterator.

use embedded_apiserver::EmbeddedServer;
use watchables::StreamOptions;
use watchables::blocking::{Client, MultiplexingWatcher, Watcher};
use watchables::rel_1_37::{CATALOG, ConfigMap, Pod};
use watchables_tests::{config_of, pod};

#[derive(watchables::Multiplexed)]
enum Seen {
    Pod(Box<Pod>),
    ConfigMap(Box<ConfigMap>),
}

#[test]
fn blocking_multiplexer_iterates_and_stops_from_another_thread() {
    let server = EmbeddedServer::builder(CATALOG).start_in_thread().unwrap();
    server.store().create(pod("default", "a")).unwrap();
    let map = serde_json::json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m", "namespace": "default"},
    });
    server.store().create(map).unwrap();
    let client = Client::try_from_config(config_of(&server.url())).unwrap();
    let mux = MultiplexingWatcher::<Seen>::new(&client);
    mux.add_watcher(Watcher::<Pod>::new(&client));
    mux.add_watcher_as("maps", Watcher::<ConfigMap>::new(&client).namespace("default"));
    let mut names = Vec::new();
    let mut events = mux.stream(StreamOptions::managed());
    for event in events.by_ref().take(2) {
        let event = event.unwrap();
        let name = match event.obj {
            Seen::Pod(pod) => pod.metadata.name,
            Seen::ConfigMap(map) => map.metadata.name,
        };
        names.push(format!("{} {}", event.source, name.unwrap()));
    }
    names.sort_unstable();
    assert_eq!(names, ["maps m", "pods/v1 a"]);
    assert!(mux.is_running() && mux.status()[1].1.events == 1);
    let stop = mux.stop_handle();
    let thread = std::thread::spawn(move || stop.stop());
    assert!(events.next().is_none());
    thread.join().unwrap();
    assert!(mux.del_watcher::<Pod>() && mux.del_watcher_named("maps"));
    assert!(mux.stream(StreamOptions::managed()).next().is_none());
}

#[test]
fn blocking_multiplexer_calls_on_error() {
    let server = EmbeddedServer::builder(CATALOG).start_in_thread().unwrap();
    server.store().create(pod("default", "a")).unwrap();
    let client = Client::try_from_config(config_of(&server.url())).unwrap();
    let other = client.clone();
    let mux = MultiplexingWatcher::<Pod>::new(&client).on_error(move |mux, _, error| {
        assert!(error.is_invalid_setting());
        mux.add_watcher(Watcher::<Pod>::new(&other).into_async());
        true
    });
    mux.add_watcher(Watcher::<Pod>::new(&client).namespace("No Namespace"));
    let event = mux.stream(StreamOptions::managed()).next().unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("a"));
}
