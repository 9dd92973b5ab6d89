//! kubectl as a client of `watchables replay`: the recorded cluster, a custom resource in it, and no writes.

use std::path::Path;

use serde_json::{Value, json};

use super::program::Kubectl;
use super::serve::Serve;
use crate::report::Outcome;

const TIME: &str = "2026-01-02T03:00:00Z";

pub(super) async fn run(program: &Path) -> Outcome {
    let mut server = Serve::replay(&recording()).await?;
    let mut watch = {
        let kubectl = Kubectl::new(program, &server);
        let pods = "NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE\n\
                    shop        web    1/1     Running   3          10m";
        kubectl.prints(&["get", "pods", "-A"], pods).await?;
        kubectl.prints(&["get", "gateways", "-n", "shop"], "NAME     AGE\npublic   10m").await?;
        kubectl.succeeds(&["api-resources"], &["gateways", "example.com/v1", "pods", "po"]).await?;
        kubectl.fails(&["get", "services"], &["doesn't have a resource type"]).await?;
        let version =
            ["get", "pod", "web", "-n", "shop", "-o", "jsonpath={.metadata.resourceVersion}"];
        kubectl.prints(&version, "70").await?;
        let replays = ["MethodNotAllowed", "this server replays a recording"];
        kubectl.fails(&["delete", "pod", "web", "-n", "shop"], &replays).await?;
        kubectl.fails(&["label", "pod", "web", "-n", "shop", "a=b"], &replays).await?;
        kubectl.fails(&["run", "new", "--image=example", "-n", "shop"], &replays).await?;
        let mut watch = kubectl.spawn(&["get", "pods", "-A", "-w", "--output-watch-events"])?;
        let is_web = |line: &[&str]| line.get(2) == Some(&"web");
        watch.wait_for_line("the recorded pod", is_web).await?;
        watch
    };
    let mut seen = Vec::new();
    for (event, name) in [("ADDED", "api"), ("MODIFIED", "api"), ("DELETED", "web")] {
        let step = server.step().await?;
        if !step.contains(&format!("{event} pods shop/{name} @")) {
            return Err(format!("expected {event} of {name}, got {step}").into());
        }
        let is_it = |line: &[&str]| line[0] == event && line[2] == name;
        seen.push(watch.wait_for_line(&step, is_it).await?.join(" "));
    }
    let kubectl = Kubectl::new(program, &server);
    kubectl.prints(&["get", "pods", "-A", "-o", "name"], "pod/api").await?;
    server.stop().await?;
    Ok(seen.join(", "))
}

/// Returns a recording of Pods and a custom resource ten minutes after they were created.
pub(super) fn recording() -> String {
    let time = |second: u64| format!("2026-01-02T03:10:0{second}Z");
    let event = |second, etype: &str, origin: &str, source: &str, object: Value| json!({"type": etype, "time": time(second), "source": source, "origin": origin, "object": object});
    let synced = |source: &str| json!({"type": "POSITION", "time": time(0), "source": source, "version": "100", "synced": true});
    let metadata = |name: &str, version: &str| {
        json!({"name": name, "namespace": "shop", "uid": format!("uid-of-{name}"),
               "labels": {"app": name}, "resourceVersion": version, "creationTimestamp": TIME})
    };
    let pod = |name: &str, version: &str, phase: &str| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata(name, version),
               "spec": {"containers": [{"name": "main", "image": "example"}]},
               "status": {"phase": phase,
                          "containerStatuses": [{"name": "main", "ready": true, "restartCount": 3}]}})
    };
    let gateway = json!({"apiVersion": "example.com/v1", "kind": "Gateway",
                         "metadata": metadata("public", "80")});
    let lines = [
        json!({"type": "HEADER", "format": "watchables-recording", "version": "1.0",
               "time": time(0), "release": "1.36", "resources": [
            {"source": "pods", "group": "", "version": "v1", "kind": "Pod", "plural": "pods",
             "scope": "Namespaced"},
            {"source": "gateways", "group": "example.com", "version": "v1", "kind": "Gateway",
             "plural": "gateways", "scope": "Namespaced"},
        ]}),
        event(0, "ADDED", "initial", "pods", pod("web", "70", "Running")),
        synced("pods"),
        event(0, "ADDED", "initial", "gateways", gateway),
        synced("gateways"),
        event(1, "ADDED", "live", "pods", pod("api", "101", "Pending")),
        event(2, "MODIFIED", "live", "pods", pod("api", "102", "Running")),
        event(3, "DELETED", "live", "pods", pod("web", "103", "Running")),
    ];
    lines.map(|line| line.to_string()).join("\n") + "\n"
}
