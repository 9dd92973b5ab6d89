//! What a recorder has recorded of a server, replayed: the same objects at the same versions.

use std::collections::BTreeMap;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use watch_recording::replay::{ReplayExt as _, ReplayOptions, Replayer};
use watch_recording::{Recorder, Recording};
use watch_runtime::{EventType, Origin, Watcher};
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use crate::support::{PODS, Watched, client, line, soon};

const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);
const NAMESPACES: [&str; 2] = ["default", "kube-system"];
/// The last object that is written.
const LAST: &str = "the-last";

fn watcher(server: &EmbeddedServer, resource: ResourceInfo) -> Watcher<DynamicObject> {
    Watcher::for_resource(client(server), resource)
}

/// Writes some objects: creates, changes and deletes them.
fn write(server: &EmbeddedServer, random: &mut fastrand::Rng, writes: usize) {
    let store = server.store();
    for n in 0..writes {
        let namespace = random.choice(NAMESPACES).unwrap();
        let name = format!("object-{}", random.u8(..6));
        let (resource, kind) = random.choice([(PODS, "Pod"), (MAPS, "ConfigMap")]).unwrap();
        match store.get(&resource, Some(namespace), &name) {
            Ok(_) if random.u8(..3) == 0 => {
                store.delete(&resource, Some(namespace), &name).unwrap();
            }
            Ok(mut object) => {
                object["metadata"]["labels"]["n"] = n.to_string().into();
                store.update(object).unwrap();
            }
            Err(_) => create(server, kind, namespace, &name),
        }
    }
}

fn create(server: &EmbeddedServer, kind: &str, namespace: &str, name: &str) {
    let object = json!({
        "apiVersion": "v1", "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "main", "image": "example"}]},
    });
    server.store().create(object).unwrap();
}

/// The objects of a server, as lines.
fn state(server: &EmbeddedServer, resource: &ResourceInfo) -> Vec<String> {
    let objects = server.store().list(resource).unwrap();
    objects.iter().map(|object| line("", object)).collect()
}

async fn record(server: &EmbeddedServer, path: &std::path::Path) {
    let pods = |namespace: &str| watcher(server, PODS).namespace(namespace);
    let recorder = Recorder::new(client(server), path)
        .watch_named("pods in default", pods(NAMESPACES[0]))
        .watch_named("pods in kube-system", pods(NAMESPACES[1]))
        .watch(watcher(server, MAPS));
    let mut random = fastrand::Rng::with_seed(11);
    write(server, &mut random, 40);
    let history = async {
        for round in 0..12 {
            write(server, &mut random, 30);
            if round % 4 == 2 {
                // A gap: what happens in it is found by a list.
                server.refuse_connections(Duration::from_millis(100));
                server.disconnect_all();
                write(server, &mut random, 30);
                server.store().compact();
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        for (kind, namespace) in
            [("Pod", NAMESPACES[0]), ("Pod", NAMESPACES[1]), ("ConfigMap", NAMESPACES[0])]
        {
            create(server, kind, namespace, LAST);
        }
        let is_recorded = || {
            let recording = Recording::open(path).unwrap();
            let state = recording.state_at(recording.range().1).unwrap();
            state.objects().filter(|object| object.name == LAST).count() == 3
        };
        while !is_recorded() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let recorder = recorder.open().await.unwrap();
    let summary = soon(recorder.run(history)).await.unwrap();
    assert!(summary.gaps >= 1, "{summary:?}");
}

/// Follows a resource until exactly these objects exist, which is never if one comes or goes amiss.
async fn follow(mut watched: Watched, expected: Vec<String>) {
    let mut present = BTreeMap::new();
    let mut last_version = 0;
    while !present.values().eq(&expected) {
        let event = watched.next().await;
        let object: Value = serde_json::from_str(event.obj.json()).unwrap();
        let version: u64 = event.obj.resource_version().unwrap().parse().unwrap();
        if event.origin == Origin::Live {
            assert!(version > last_version, "{version} comes after {last_version}");
            last_version = version;
        }
        let name = event.obj.name().unwrap().to_owned();
        let key = (event.obj.namespace().unwrap().to_owned(), name);
        let before = match event.etype {
            EventType::Deleted => present.remove(&key),
            _ => present.insert(key, line("", &object)),
        };
        assert_eq!(before.is_some(), event.etype != EventType::Added, "{event:?}");
    }
}

#[tokio::test]
async fn replay_of_a_recorded_server_leads_to_the_same_objects() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    let catalog = release_catalogs::catalog("1.37").unwrap();
    let recorded = EmbeddedServer::builder(catalog).start().await.unwrap();
    record(&recorded, &path).await;
    let recording = Recording::open(&path).unwrap();
    let (server, mut replayer) = EmbeddedServer::replay(recording).await.unwrap();
    assert_ne!(state(&server, &PODS), state(&recorded, &PODS));
    let (pods, maps) = (Watched::new(&server, PODS), Watched::new(&server, MAPS));
    let replay = async { replayer.run(50.0).await.unwrap() };
    let (pods, maps) =
        (follow(pods, state(&recorded, &PODS)), follow(maps, state(&recorded, &MAPS)));
    soon(Box::pin(async { tokio::join!(pods, maps, replay) })).await;
    for resource in [&PODS, &MAPS] {
        assert_eq!(state(&server, resource), state(&recorded, resource));
    }
    // A moment within the recording is what the recording says of it.
    let recording = Recording::open(&path).unwrap();
    let (begin, end) = recording.range();
    let middle = begin + end.duration_since(begin) / 2;
    let then = recording.state_at(middle).unwrap();
    let pods = then.objects().filter(|object| object.resource == &PODS);
    let expected = pods.map(|pod| line("", &serde_json::from_slice(pod.object).unwrap()));
    let mut expected: Vec<_> = expected.collect();
    let replayer = Replayer::new(recording, ReplayOptions::new().at(middle)).unwrap();
    let server = replayer.server().start().await.unwrap();
    let mut shown = state(&server, &PODS);
    expected.sort();
    shown.sort();
    assert_eq!(shown, expected);
}
