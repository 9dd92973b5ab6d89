//! A random history of Pods in four stores, decoded and compact, from JSON and from protobuf: all tell the same.

use std::collections::BTreeMap;

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use watchables::rel_1_37::Pod;
use watchables::{Change, Resource as _, Store, Watcher, WatcherExt as _, Wire};

use crate::support::{client, pod, server, soon};

const STEPS: usize = 150;

/// Changes a Pod at one of the places that lists, maps, quantities, times and secrets' neighbours are at.
fn change(pod: &mut Value, random: &mut fastrand::Rng) {
    let text = format!("v{}", random.u8(..4));
    match random.u8(..7) {
        0 => pod["metadata"]["labels"]["tier"] = text.into(),
        1 => pod["metadata"]["annotations"] = json!({"example.com/note": text}),
        2 => pod["spec"]["containers"][0]["image"] = text.into(),
        3 => {
            let env = (0..random.u8(..4)).map(|n| json!({"name": format!("E{n}"), "value": text}));
            pod["spec"]["containers"][0]["env"] = env.collect();
        }
        4 => {
            let requests = json!({"cpu": format!("{}m", random.u8(1..3)), "memory": "1Gi"});
            pod["spec"]["containers"][0]["resources"] = json!({"requests": requests});
        }
        5 => pod["spec"]["tolerations"] = json!([{"key": text, "operator": "Exists"}]),
        _ => {
            let condition = |kind: &str| {
                let second = random.u8(10..13);
                let time = format!("2026-11-30T12:00:{second}Z");
                json!({"type": kind, "status": "True", "lastTransitionTime": time})
            };
            let mut conditions = ["Ready", "Initialized", "PodScheduled"].map(condition);
            random.shuffle(&mut conditions);
            pod["status"] = json!({"phase": "Running", "conditions": conditions});
        }
    }
}

/// Returns a change as a line.
fn line_of(change: &Change<Pod>) -> String {
    let version = |pod: &Option<_>| {
        let version = |pod: &Pod| pod.metadata.resource_version.as_deref().map(str::to_owned);
        pod.as_deref().and_then(version)
    };
    let versions = (version(&change.before), version(&change.after));
    let diff = change.diff().unwrap();
    // The patch, too, as JSON.
    let patch = serde_json::to_string(&diff.to_merge_patch()).unwrap();
    format!("{} {} {versions:?}\n{diff}\n{patch}", change.etype(), change.key)
}

fn create_or_change(server: &EmbeddedServer, random: &mut fastrand::Rng) {
    let name = format!("web-{}", random.u8(..4));
    match (server.store().get(&Pod::RESOURCE, Some("default"), &name), random.u8(..6)) {
        (Err(_), _) => drop(server.store().create(pod("default", &name)).unwrap()),
        (Ok(_), 0) => {
            server.store().delete(&Pod::RESOURCE, Some("default"), &name).unwrap();
        }
        (Ok(mut pod), _) => {
            change(&mut pod, random);
            server.store().update(pod).unwrap();
        }
    }
}

#[tokio::test]
async fn four_stores_tell_the_same_versions_and_differences() {
    let server = server().await;
    let mut random = fastrand::Rng::with_seed(17);
    let mut stores = Vec::<Store<Pod>>::new();
    for wire in [Wire::Json, Wire::Protobuf] {
        for is_compact in [false, true] {
            let builder = Watcher::<Pod>::new(client(&server)).wire(wire).store_builder();
            let store = if is_compact { builder.compact() } else { builder }.build();
            soon(store.ready().into_future()).await.unwrap();
            stores.push(store);
        }
    }
    let mut subscribers: Vec<_> = stores.iter().map(Store::subscribe).collect();
    (0..STEPS).for_each(|_| create_or_change(&server, &mut random));
    let revision = server.store().current_revision().to_string();
    let mut all = Vec::new();
    for (store, changes) in stores.iter().zip(&mut subscribers) {
        soon(store.wait_for_version(&*revision).into_future()).await.unwrap();
        let mut lines = Vec::new();
        while let Some(change) = futures::FutureExt::now_or_never(changes.next()) {
            lines.push(line_of(&change.unwrap()));
        }
        assert_eq!(changes.missed(), 0);
        all.push(lines);
    }
    assert!(all[0].len() > STEPS / 2, "{} of {STEPS} steps changed something", all[0].len());
    for (at, lines) in all.iter().enumerate().skip(1) {
        for (one, other) in lines.iter().zip(&all[0]) {
            assert_eq!(one, other, "store {at}");
        }
        assert_eq!(lines.len(), all[0].len(), "store {at}");
    }
    let state = |store: &Store<Pod>| -> BTreeMap<String, Value> {
        let pods = store.iter().map(|pod| serde_json::to_value(&*pod).unwrap());
        pods.map(|pod| (pod["metadata"]["name"].to_string(), pod)).collect()
    };
    for store in &stores {
        assert_eq!(state(store), state(&stores[0]));
    }
}
