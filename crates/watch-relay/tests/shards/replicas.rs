//! Three replicas that share shards.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use embedded_apiserver::{Fault, Verb};
use http::{Method, Request};
use kube_client::Client;
use serde_json::Value;
use watch_relay::shards::{Replica, ReplicaHandle, ReplicaSettings, ShardEvent, identity};
use watchable_core::selector::ShardRange;

use crate::support::{Leases, leases, soon, until};

const SHARDS: u32 = 8;

/// Who works on what, in one process, so that everyone's clock is the same.
#[derive(Clone, Default)]
struct Assignments(Arc<Mutex<BTreeMap<u32, Work>>>);

struct Work {
    by: String,
    epoch: u64,
    handle: ReplicaHandle,
    stop_by: Option<Instant>,
}

impl Assignments {
    fn loads(&self) -> BTreeMap<String, usize> {
        let mut loads = BTreeMap::new();
        for work in self.0.lock().unwrap().values() {
            *loads.entry(work.by.clone()).or_default() += 1;
        }
        loads
    }

    fn sorted_loads(&self) -> Vec<usize> {
        let mut loads: Vec<_> = self.loads().into_values().collect();
        loads.sort_unstable();
        loads
    }

    fn handle(&self, replica: &str, event: &ShardEvent, handle: &ReplicaHandle) {
        let mut assignments = self.0.lock().unwrap();
        match *event {
            ShardEvent::Acquired { shard, epoch } => {
                if let Some(former) = assignments.get(&shard) {
                    let until = former.stop_by.or_else(|| former.handle.valid_until(shard));
                    let is_valid = until.is_some_and(|until| Instant::now() < until);
                    assert!(!is_valid, "shard {shard}: {}, and now {replica}", former.by);
                    assert!(former.epoch < epoch, "shard {shard}: {} and {epoch}", former.epoch);
                }
                let (by, handle) = (replica.to_owned(), handle.clone());
                assignments.insert(shard, Work { by, epoch, handle, stop_by: None });
            }
            ShardEvent::Lost { shard, stop_by, .. } => {
                if let Some(work) = assignments.get_mut(&shard) {
                    work.stop_by = Some(stop_by);
                }
            }
        }
    }

    fn stopped(&self, replica: &str, shard: u32) {
        let mut assignments = self.0.lock().unwrap();
        if assignments.get(&shard).is_some_and(|work| work.by == replica) {
            assignments.remove(&shard);
        }
    }
}

fn settings(name: &str, replica: &str) -> ReplicaSettings {
    let mut settings = ReplicaSettings::new(name, "default", identity(replica));
    settings.shards = SHARDS;
    settings.lease_duration = Duration::from_secs(3);
    settings.renew_deadline = Duration::from_secs(2);
    settings.retry_period = Duration::from_millis(300);
    settings
}

/// A replica in a task, which can be killed.
struct Node {
    handle: ReplicaHandle,
    task: tokio::task::JoinHandle<()>,
}

fn start(leases: &Leases, relay: &str, name: &str, assignments: &Assignments) -> Node {
    let mut replica = Replica::start(leases.client.clone(), settings(relay, name)).unwrap();
    let (assignments, name) = (assignments.clone(), name.to_owned());
    let handle = replica.handle();
    let task = tokio::spawn({
        let handle = handle.clone();
        async move {
            while let Some(event) = replica.next().await {
                assignments.handle(&name, &event, &handle);
                if let ShardEvent::Lost { shard, .. } = event {
                    assignments.stopped(&name, shard);
                    replica.stopped(shard);
                }
            }
        }
    });
    Node { handle, task }
}

async fn stored(client: &Client, relay: &str) -> Vec<Value> {
    let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    let path = format!("{path}?labelSelector=watchables.io%2Frelay%3D{relay}");
    let request = Request::builder().method(Method::GET).uri(path).body(Vec::new()).unwrap();
    let list: Value = client.request(request).await.expect("a list");
    list["items"].as_array().unwrap().clone()
}

/// Returns a name for a relay that no earlier run on the same server had.
fn relay() -> String {
    identity("relay")
}

#[tokio::test]
async fn shards_are_spread_and_move_when_replicas_come_stop_and_die() {
    let leases = leases().await;
    let (assignments, relay) = (Assignments::default(), relay());
    let a = start(&leases, &relay, "a", &assignments);
    until(|| assignments.sorted_loads() == [8]).await;

    let b = start(&leases, &relay, "b", &assignments);
    let c = start(&leases, &relay, "c", &assignments);
    until(|| assignments.sorted_loads() == [2, 3, 3]).await;
    for lease in stored(&leases.client, &relay).await {
        let spec = &lease["spec"];
        assert_eq!(spec["leaseDurationSeconds"], 3, "{lease}");
        for field in ["acquireTime", "renewTime"] {
            let time = spec[field].as_str().unwrap();
            let (_, fraction) = time.split_once('.').unwrap();
            assert_eq!(fraction.len(), "123456Z".len(), "{time}");
        }
    }

    // As by SIGKILL: nothing is released.
    a.task.abort();
    until(|| assignments.loads().keys().eq(["b", "c"]) && assignments.sorted_loads() == [4, 4])
        .await;

    b.handle.shut_down();
    soon(b.task).await.expect("it ends");
    until(|| assignments.sorted_loads() == [8]).await;

    c.handle.shut_down();
    soon(c.task).await.expect("it ends");
    assert_eq!(assignments.sorted_loads(), [0; 0]);
    for lease in stored(&leases.client, &relay).await {
        let is_free = lease["spec"]["holderIdentity"].as_str().is_none_or(str::is_empty);
        let is_of_the_dead = lease["metadata"]["name"].as_str().unwrap().contains("-replica-a-");
        assert!(is_free || is_of_the_dead, "{lease}");
    }
}

#[tokio::test]
async fn outage_of_the_server_is_survived() {
    let leases = leases().await;
    // A real server is restarted by hand.
    let Some(server) = &leases.embedded else { return };
    let (assignments, relay) = (Assignments::default(), relay());
    let nodes: Vec<_> =
        ["a", "b", "c"].map(|name| start(&leases, &relay, name, &assignments)).into();
    until(|| assignments.sorted_loads() == [2, 3, 3]).await;

    let epochs = |assignments: &Assignments| -> Vec<u64> {
        assignments.0.lock().unwrap().values().map(|work| work.epoch).collect()
    };
    let before = epochs(&assignments);
    // Longer than the deadline: everyone stops, and takes over again.
    server.restart(Duration::from_secs(6));
    until(|| assignments.loads().is_empty()).await;
    until(|| assignments.sorted_loads() == [2, 3, 3]).await;
    let after = epochs(&assignments);
    assert!(
        after.iter().zip(&before).all(|(after, before)| after > before),
        "{before:?} {after:?}"
    );
    drop(nodes);
}

#[tokio::test]
async fn replicas_that_may_not_write_hold_nothing_and_recover() {
    let leases = leases().await;
    let Some(server) = &leases.embedded else { return };
    let assignments = Assignments::default();
    let fault = server.faults().inject(Fault::status(403).verb(Verb::Create).times(u64::MAX));
    let node = start(&leases, &relay(), "a", &assignments);
    until(|| server.faults().hits(fault) >= 3).await;
    assert_eq!(assignments.sorted_loads(), [0; 0]);
    server.faults().clear();
    until(|| assignments.sorted_loads() == [8]).await;
    drop(node);
}

#[test]
fn settings_that_would_have_two_holders_are_rejected() {
    let valid = ReplicaSettings::new("relay", "default", identity("Pod_1.example"));
    assert!(valid.check().is_ok(), "{valid:?}");
    let change = |change: fn(&mut ReplicaSettings)| {
        let mut settings = valid.clone();
        change(&mut settings);
        settings.check().expect_err("it is invalid").to_string()
    };
    for (error, expected) in [
        (change(|settings| settings.shards = 0), "0 shards: from 1 to 1024"),
        (change(|settings| settings.name = "Relay".into()), "the name \"Relay\""),
        (change(|settings| settings.namespace = String::new()), "the namespace \"\""),
        (change(|settings| settings.identity = "a/b".into()), "the identity \"a/b\""),
        (change(|settings| settings.lease_duration = Duration::from_millis(1500)), "whole seconds"),
        (change(|settings| settings.renew_deadline = Duration::from_secs(14)), "do not fit"),
        (change(|settings| settings.retry_period = Duration::ZERO), "do not fit"),
    ] {
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn identities_are_never_the_same() {
    let [first, second] = [identity("relay-0"), identity("relay-0")];
    assert!(first != second && first.starts_with("relay-0-"), "{first} {second}");
    assert!(ShardRange::of(0, SHARDS).is_some());
}
