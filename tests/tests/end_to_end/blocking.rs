//! The blocking API: the same events as an iterator.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use watchables::blocking::{Client, Watcher};
use watchables::rel_1_17::Pod;
use watchables::{DynamicObject, Meta, StreamOptions};
use watchables_tests::{config_of, pod};

fn cluster() -> (EmbeddedServer, Client) {
    let server = EmbeddedServer::builder(watchables::rel_1_17::CATALOG).start_in_thread().unwrap();
    let client = Client::try_from_config(config_of(&server.url())).unwrap();
    (server, client)
}

#[test]
fn events_are_an_iterator() {
    let (server, client) = cluster();
    for name in ["a", "b"] {
        server.store().create(pod("default", name)).unwrap();
    }
    let watcher = Watcher::<Pod>::new(&client).namespace("default");
    let names: Vec<_> = watcher
        .stream(StreamOptions::default())
        .take(4)
        .map(|event| event.unwrap().obj.metadata.name.unwrap())
        .collect();
    assert_eq!(names, ["a", "b", "a", "b"], "the defaults repeat");

    let managed = watcher.timeout(Duration::from_secs(1));
    let events = managed.stream(StreamOptions::managed().quit_on_timeout(true));
    assert_eq!(events.map(Result::unwrap).count(), 2);
}

#[test]
fn another_thread_stops_an_idle_one() {
    let (server, client) = cluster();
    let watcher = Watcher::<Pod>::new(&client).timeout(None);
    let stop = watcher.stop_handle();
    let events = watcher.stream(StreamOptions::default());
    let waiting = std::thread::spawn(move || events.map(Result::unwrap).count());
    while server.watches() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    stop.stop();
    assert_eq!(waiting.join().unwrap(), 0);
    // The connection is closed, though nobody iterates any more.
    while server.watches() > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn inside_of_a_task_it_is_refused() {
    let error = Client::try_from_config(config_of("http://127.0.0.1:1")).unwrap_err();
    assert!(error.to_string().contains("use watchables::Client there"), "{error}");
}

#[test]
fn kinds_are_chosen_at_run_time_too() {
    let (server, client) = cluster();
    server.store().create(pod("default", "a")).unwrap();
    let resource = watchables::find(watchables::rel_1_17::CATALOG, "po").unwrap().resource.clone();
    let watcher = Watcher::<Meta<DynamicObject>>::for_resource(&client, resource);
    let event = watcher.stream(StreamOptions::managed()).next().unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("a"));
}
