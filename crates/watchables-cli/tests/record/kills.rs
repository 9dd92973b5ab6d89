//! Recorders that are killed and started again, beside a server under load.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use watch_recording::{EntryKind, Recording};
use watchables::{EventType, ResourceInfo, Scope};

use super::support::cluster;
use super::{file, record, stop, wait_for};

/// The server deletes Pods in two steps, and these in one.
const CONFIG_MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

const KILLS: usize = 12;

/// What happened to an object: its name, the type and the version.
type Event = (String, EventType, String);

fn event(etype: EventType, object: &Value) -> Event {
    let text = |name: &str| object["metadata"][name].as_str().unwrap().to_owned();
    (text("name"), etype, text("resourceVersion"))
}

fn config_map(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"value": value},
        "metadata": {"namespace": "default", "name": name}})
}

#[test]
fn killed_under_load_and_continued_it_has_every_change_once() {
    let (server, home) = cluster();
    let server = Arc::new(server);
    for name in ["a.jsonl", "a.jsonl.zst"] {
        let history = Arc::new(Mutex::new(Vec::new()));
        let is_done = Arc::new(AtomicBool::new(false));
        // The first object exists before the recording, and everything else happens after its first line.
        let mut recorder = record(&home, "configmaps", name, &["--append"]);
        let first = server.store().create(config_map(&format!("first-{name}"), "")).unwrap();
        wait_for(&home, name, &first);
        let load = {
            let (server, history, is_done) = (server.clone(), history.clone(), is_done.clone());
            std::thread::spawn(move || {
                let mut random = fastrand::Rng::with_seed(1);
                let mut present = HashSet::new();
                while !is_done.load(Ordering::Relaxed) {
                    let name = format!("load-{}", random.u8(..20));
                    let deletes = random.u8(..3) == 0;
                    let event = match present.contains(&name) {
                        false => {
                            let object = server.store().create(config_map(&name, "")).unwrap();
                            present.insert(name);
                            event(EventType::Added, &object)
                        }
                        true if deletes => {
                            present.remove(&name);
                            let store = server.store();
                            let object =
                                store.delete(&CONFIG_MAPS, Some("default"), &name).unwrap();
                            event(EventType::Deleted, &object)
                        }
                        true => {
                            let value = random.u32(..).to_string();
                            let object = server.store().update(config_map(&name, &value)).unwrap();
                            event(EventType::Modified, &object)
                        }
                    };
                    history.lock().unwrap().push(event);
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
                for name in &present {
                    let object =
                        server.store().delete(&CONFIG_MAPS, Some("default"), name).unwrap();
                    history.lock().unwrap().push(event(EventType::Deleted, &object));
                }
            })
        };
        let mut random = fastrand::Rng::with_seed(2);
        for _ in 0..KILLS {
            std::thread::sleep(std::time::Duration::from_millis(random.u64(100..2_000)));
            recorder.kill().unwrap();
            recorder.wait().unwrap();
            recorder = record(&home, "configmaps", name, &["--append"]);
        }
        is_done.store(true, Ordering::Relaxed);
        load.join().unwrap();
        let last = server.store().create(config_map(&format!("last-{name}"), "")).unwrap();
        wait_for(&home, name, &last);
        stop(recorder);

        let recording = Recording::open(file(&home, name)).unwrap();
        let recorded = recording.entries().filter_map(|entry| match entry.unwrap().what {
            EntryKind::Event { etype, object, .. } => {
                let object = serde_json::from_slice(&object).unwrap();
                Some(event(etype, &object)).filter(|event| event.0.starts_with("load-"))
            }
            _ => None,
        });
        let recorded: Vec<Event> = recorded.collect();
        let history = history.lock().unwrap();
        assert!(history.len() > 500, "{}", history.len());
        // What the store returns for a deletion has the version before it.
        let without_version = |events: &[Event]| -> Vec<_> {
            let events = events.iter().cloned();
            events
                .map(|(name, etype, version)| {
                    (name, etype, (etype != EventType::Deleted).then_some(version))
                })
                .collect()
        };
        let (recorded, history) = (without_version(&recorded), without_version(&history));
        let first_other = recorded.iter().zip(&history).position(|(a, b)| a != b);
        assert_eq!((first_other, recorded.len()), (None, history.len()), "{name}");
    }
}
