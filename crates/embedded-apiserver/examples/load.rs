//! Serves many pods that change all the time, until Ctrl-C: something to measure watchers on.
//!
//! `cargo run --release -p embedded-apiserver --example load -- PODS CHANGES_PER_SECOND KUBECONFIG`

use std::time::{Duration, Instant};

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};

/// How often a part of a second's changes is made.
const TICK: Duration = Duration::from_millis(10);
const NAMESPACES: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [pods, rate, kubeconfig] = arguments.as_slice() else {
        return Err("usage: load PODS CHANGES_PER_SECOND KUBECONFIG".into());
    };
    let (pods, rate): (usize, f64) = (pods.parse()?, rate.parse()?);
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).ok_or("no catalog")?;
    let server = EmbeddedServer::builder(catalog).start_in_thread()?;
    let store = server.store();
    for number in 0..NAMESPACES {
        let name = format!("team-{number}");
        store
            .create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))?;
    }
    let mut objects: Vec<_> = (0..pods).map(pod).collect();
    for object in &objects {
        store.create(object.clone())?;
    }
    std::fs::write(kubeconfig, server.kubeconfig())?;
    println!("{pods} pods, {rate} changes a second");
    let (start, mut made) = (Instant::now(), 0.0);
    let mut place = 0;
    loop {
        std::thread::sleep(TICK);
        while made < start.elapsed().as_secs_f64() * rate {
            // Each pod in turn, in an order that is not that of their names.
            place = (place + 7_919) % pods.max(1);
            let Some(object) = objects.get_mut(place) else { break };
            let status = &mut object["status"]["containerStatuses"][0];
            let restarts = status["restartCount"].as_i64().unwrap_or(0) + 1;
            status["restartCount"] = json!(restarts);
            object["status"]["phase"] =
                json!(["Running", "Pending"][usize::from(restarts % 2 == 1)]);
            store.update(object.clone())?;
            made += 1.0;
        }
    }
}

/// Returns a pod of about 4 KB, as they usually are without managed fields.
fn pod(number: usize) -> Value {
    let env: Vec<_> = (0..24)
        .map(|n| json!({"name": format!("SETTING_{n}"), "value": format!("https://service-{n}.example.test/path")}))
        .collect();
    let conditions: Vec<_> = ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
        .map(|name| json!({"type": name, "status": "True", "lastTransitionTime": "2026-01-02T03:04:05Z"}))
        .into();
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": format!("team-{}", number % NAMESPACES),
            "name": format!("service-{}-6d4cf56db6-{number:05}", number % 400),
            "labels": {"app": format!("service-{}", number % 400), "pod-template-hash": "6d4cf56db6"},
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"},
        },
        "spec": {
            "nodeName": format!("node-{}", number % 500),
            "serviceAccountName": "default",
            "containers": [{
                "name": "main", "image": "registry.example.test/team/service:1.2.3", "env": env,
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                "volumeMounts": [{"name": "config", "mountPath": "/etc/config", "readOnly": true}],
            }],
            "volumes": [{"name": "config", "configMap": {"name": "config"}}],
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}],
        },
        "status": {
            "phase": "Running", "podIP": "10.0.0.1", "hostIP": "10.1.0.1",
            "startTime": "2026-01-02T03:04:05Z", "conditions": conditions,
            "containerStatuses": [{
                "name": "main", "ready": true, "restartCount": 0, "started": true,
                "image": "registry.example.test/team/service:1.2.3",
                "state": {"running": {"startedAt": "2026-01-02T03:04:05Z"}},
            }],
        },
    })
}
