//! The blocking API: events as an iterator.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use watchables::blocking::{Client, Watcher, connect};
use watchables::rel_1_17::Pod;
use watchables::selector::ShardRange;
use watchables::{DynamicObject, Meta, StreamOptions};
use watchables_tests::{config_of, pod};

fn cluster() -> (EmbeddedServer, Client) {
    let server = EmbeddedServer::builder(watchables::rel_1_17::CATALOG).start_in_thread().unwrap();
    let client = Client::try_from_config(config_of(&server.url())).unwrap();
    (server, client)
}

#[test]
fn blocking_events_are_an_iterator() {
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
    assert_eq!(names, ["a", "b", "a", "b"], "the default stream repeats them");

    let managed = watcher.timeout(Duration::from_secs(1));
    let events = managed.stream(StreamOptions::managed().quit_on_timeout(true));
    assert_eq!(events.map(Result::unwrap).count(), 2);
}

#[test]
fn stop_from_another_thread_ends_an_idle_iterator() {
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
    // The connection is closed even though the iterator is not polled any more.
    while server.watches() > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn creating_a_client_inside_a_task_is_an_error() {
    let errors = [
        connect().unwrap_err(),
        Client::try_from_config(config_of("http://127.0.0.1:1")).unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("use watchables::connect there"), "{error}");
    }
}

#[test]
fn blocking_watcher_takes_a_resource_chosen_at_run_time() {
    let (server, client) = cluster();
    server.store().create(pod("default", "a")).unwrap();
    let resource = watchables::find(watchables::rel_1_17::CATALOG, "po").unwrap().resource.clone();
    let watcher = Watcher::<Meta<DynamicObject>>::for_resource(&client, resource);
    let event = watcher.stream(StreamOptions::managed()).next().unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("a"));
}

#[test]
fn blocking_watchers_of_two_shards_share_the_objects() {
    let (server, client) = cluster();
    let created: Vec<_> = (0..32)
        .map(|n| server.store().create(pod("default", &format!("web-{n:02}"))).unwrap())
        .collect();
    for index in 0..2 {
        let shard = ShardRange::of(index, 2).unwrap();
        let is_own = |object: &&_| shard.contains(uid(object));
        let expected: Vec<_> = created.iter().filter(is_own).map(uid).collect();
        let watcher = Watcher::<Pod>::new(&client).shard(shard);
        let events = watcher.stream(StreamOptions::managed()).take(expected.len());
        let uids: Vec<_> = events.map(|event| event.unwrap().obj.metadata.uid.unwrap()).collect();
        assert!((1..32).contains(&expected.len()), "all objects are in one shard");
        assert_eq!(uids, expected);
    }
}

fn uid(object: &serde_json::Value) -> &str {
    object["metadata"]["uid"].as_str().unwrap()
}
