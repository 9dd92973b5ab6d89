//! JSON and protobuf side by side: every object is the same on both.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::TryStreamExt as _;
use serde::Serialize;
use serde_json::{Value, json};
use watchables::rel_1_20::{apiregistration, apps, coordination, core, rbac, scheduling};
use watchables::{InitialList, Meta, StreamOptions, WatchError, WatchTarget, Watcher, Wire};

use crate::api::text;
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

/// An event: its type, the object's namespace, name and version; and the object.
type Event = (String, Value);

/// Longer than the writes take.
const WRITES: Duration = Duration::from_secs(20);
/// How long to watch after a list.
const A_MOMENT: Duration = Duration::from_secs(1);

/// Objects that the server has, of every kind that it creates itself and of some that are created here.
pub(super) async fn lists(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    write(cluster, &namespace).await?;
    let mut compared = 0;
    macro_rules! compare {
        ($($($kind:ident)::+),+) => {$(
            let watcher = || Watcher::<$($kind)::+>::new(cluster.client());
            compared += compare(watcher, stringify!($($kind)::+)).await?;
            let watcher = || Watcher::<Meta<$($kind)::+>>::new(cluster.client());
            compared += compare(watcher, stringify!(Meta<$($kind)::+>)).await?;
        )+};
    }
    compare!(
        core::v1::ConfigMap,
        core::v1::Endpoints,
        core::v1::Namespace,
        core::v1::Node,
        core::v1::PersistentVolume,
        core::v1::Pod,
        core::v1::Secret,
        core::v1::Service,
        core::v1::ServiceAccount,
        apiregistration::v1::APIService,
        apps::v1::Deployment,
        coordination::v1::Lease,
        rbac::v1::ClusterRole,
        rbac::v1::ClusterRoleBinding,
        rbac::v1::Role,
        rbac::v1::RoleBinding,
        scheduling::v1::PriorityClass
    );
    Ok(format!("{compared} objects"))
}

/// Events while objects are written.
pub(super) async fn watches(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let pods = || Watcher::<core::v1::Pod>::new(cluster.client()).namespace(&namespace);
    let writes = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut count = 0;
        for name in (0..20).map(|number| format!("pod-{number}")) {
            let path = format!("/api/v1/namespaces/{namespace}/pods/{name}");
            cluster.api.create_pod(&namespace, &name).await.map_err(failed)?;
            let labels =
                json!({"metadata": {"labels": {"round": "2"}, "annotations": {"a": "ü ✓"}}});
            cluster.api.patch(&path, &labels).await.map_err(failed)?;
            cluster.api.delete(&path).await.map_err(failed)?;
            count += 3;
        }
        Ok::<usize, NotPassed>(count)
    };
    let (json, protobuf, count) = tokio::join!(
        events(pods(), Wire::Json, WRITES),
        events(pods(), Wire::Protobuf, WRITES),
        writes
    );
    let (json, protobuf, count) = (json?, protobuf?, count?);
    // A deletion is an event or two.
    if json.len() < count {
        return Err(format!("{} events of {count} writes", json.len()).into());
    }
    match json.iter().zip(&protobuf).find(|(json, protobuf)| json != protobuf) {
        Some((json, protobuf)) => Err(format!("JSON: {json:?}\nprotobuf: {protobuf:?}").into()),
        None if json.len() != protobuf.len() => {
            Err(format!("{} in protobuf", protobuf.len()).into())
        }
        None => Ok(format!("{} events", json.len())),
    }
}

/// Creates an object with as many kinds of values as possible.
async fn write(cluster: &Cluster, namespace: &str) -> Result<(), NotPassed> {
    let space = format!("/api/v1/namespaces/{namespace}");
    let pod = json!({
        "metadata": {"name": "full", "labels": {"a": ""}, "annotations": {"b": "–"}},
        "spec": {
            "nodeSelector": {"watchables.example.com/none": "none"},
            "securityContext": {"runAsUser": 0, "sysctls": []},
            "terminationGracePeriodSeconds": 0,
            "containers": [{
                "name": "main",
                "image": "example",
                "env": [{"name": "E"}, {"name": "F", "value": "f"}],
                "ports": [{"containerPort": 80}],
                "resources": {"limits": {"cpu": "1500m", "memory": "64Mi"}},
                "livenessProbe": {"httpGet": {"path": "/", "port": "web"}, "failureThreshold": 3},
                "readinessProbe": {"tcpSocket": {"port": 80}},
            }],
            "volumes": [
                {"name": "v", "emptyDir": {"sizeLimit": "0.5Gi"}},
                {"name": "w", "configMap": {"name": "c", "items": [{"key": "k", "path": "p", "mode": 0}]}},
            ],
            "tolerations": [{"operator": "Exists", "tolerationSeconds": 0, "effect": "NoExecute"}],
        },
    });
    let secret = json!({"metadata": {"name": "s"}, "data": {"empty": "", "bytes": "AP+A"}});
    let map = json!({"metadata": {"name": "m"}, "data": {"k": "", "l": "ü"}, "binaryData": {"b": "AP8="}});
    let service = json!({
        "metadata": {"name": "s"},
        "spec": {"ports": [{"name": "web", "port": 80, "targetPort": "web"}, {"name": "n", "port": 81}], "selector": {"a": "b"}},
    });
    for (plural, object) in
        [("pods", pod), ("secrets", secret), ("configmaps", map), ("services", service)]
    {
        cluster.api.create(&format!("{space}/{plural}"), &object).await.map_err(failed)?;
    }
    let deployment = json!({
        "metadata": {"name": "d"},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "c", "image": "i"}]},
            },
            "strategy": {"rollingUpdate": {"maxSurge": "10%", "maxUnavailable": 0}},
        },
    });
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    cluster.api.create(&path, &deployment).await.map(drop).map_err(failed)
}

/// Compares all objects of a kind. Those that change between the two lists do not count.
async fn compare<T: WatchTarget<Item: Serialize>>(
    watcher: impl Fn() -> Watcher<T>,
    kind: &str,
) -> Result<usize, NotPassed> {
    let (json, protobuf) = tokio::join!(
        events(watcher(), Wire::Json, A_MOMENT),
        events(watcher(), Wire::Protobuf, A_MOMENT)
    );
    let (json, protobuf) = (json?, BTreeMap::from_iter(protobuf?));
    let mut compared = 0;
    for (key, object) in &json {
        match protobuf.get(key) {
            Some(other) if other == object => compared += 1,
            Some(other) => {
                return Err(format!("{kind} {key}\nJSON: {object}\nprotobuf: {other}").into());
            }
            None => {}
        }
    }
    if compared == 0 && !json.is_empty() {
        return Err(format!("{kind}: no object is in both lists").into());
    }
    Ok(compared)
}

/// Returns what a watcher delivers until its watch has lasted that long.
async fn events<T: WatchTarget<Item: Serialize>>(
    watcher: Watcher<T>,
    wire: Wire,
    time: Duration,
) -> Result<Vec<Event>, NotPassed> {
    let watcher = watcher.wire(wire).initial_list(InitialList::Paged).timeout(time);
    let events = watcher.stream(StreamOptions::managed().quit_on_timeout(true)).try_collect();
    let events: Vec<watchables::WatchEvent<T::Item>> = events.await.map_err(rejected)?;
    let describe = |event: &watchables::WatchEvent<T::Item>| {
        let object = serde_json::to_value(&event.obj).map_err(failed)?;
        let part = |name: &str| text(&object, &format!("/metadata/{name}"));
        let [namespace, name, version] = ["namespace", "name", "resourceVersion"].map(part);
        Ok((format!("{} {namespace}/{name} {version}", event.etype), object))
    };
    events.iter().map(describe).collect()
}

fn rejected(error: WatchError) -> NotPassed {
    match error.status() {
        Some(status) if status.code == 406 => {
            NotPassed::Skipped("the server sends no protobuf".to_owned())
        }
        _ => failed(error),
    }
}
