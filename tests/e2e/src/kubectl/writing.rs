//! kubectl commands that write: their output and the objects afterwards.

use std::time::Duration;

use super::program::Kubectl;
use crate::report::Outcome;

const MANIFEST: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: main, image: example}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {k: v, gone: soon}
";

const REPLACEMENT: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {k: new}
";

const CRONTABS: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.kubectl.example.com}
spec:
  group: kubectl.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    additionalPrinterColumns:
    - {name: Schedule, type: string, jsonPath: .spec.schedule}
";

const CRONTAB: &str = "
apiVersion: kubectl.example.com/v1
kind: CronTab
metadata: {name: often}
spec: {schedule: hourly}
";

pub(super) async fn create(kubectl: &Kubectl) -> Outcome {
    kubectl.prints(&["create", "namespace", "kubectl"], "namespace/kubectl created").await?;
    let again = r#"Error from server (AlreadyExists): namespaces "kubectl" already exists"#;
    kubectl.fails(&["create", "namespace", "kubectl"], &[again]).await?;
    let map = ["create", "configmap", "made", "-n", "kubectl", "--from-literal=k=v"];
    kubectl.prints(&map, "configmap/made created").await?;
    let data = ["get", "configmap", "made", "-n", "kubectl", "-o", "jsonpath={.data.k}"];
    kubectl.prints(&data, "v").await?;
    let nowhere = ["create", "configmap", "made", "-n", "nowhere"];
    let not_found = r#"namespaces "nowhere" not found"#;
    kubectl.fails(&nowhere, &[not_found]).await?;
    Ok(String::new())
}

pub(super) async fn apply(kubectl: &Kubectl) -> Outcome {
    kubectl.write("manifest.yaml", MANIFEST)?;
    let apply = ["apply", "-f", "manifest.yaml"];
    kubectl.prints(&apply, "pod/web created\nconfigmap/settings created").await?;
    kubectl.prints(&apply, "pod/web unchanged\nconfigmap/settings unchanged").await?;
    // One field changes and another is removed.
    kubectl.write("manifest.yaml", &MANIFEST.replace("k: v, gone: soon", "k: w"))?;
    kubectl.prints(&apply, "pod/web unchanged\nconfigmap/settings configured").await?;
    let data = ["get", "configmap", "settings", "-o", "jsonpath={.data}"];
    kubectl.prints(&data, r#"{"k":"w"}"#).await?;
    kubectl.succeeds(&["get", "pod", "web"], &["web", "0/1", "Pending"]).await?;
    Ok("created, unchanged, configured".to_owned())
}

pub(super) async fn patch(kubectl: &Kubectl) -> Outcome {
    let image = r#"{"spec":{"containers":[{"name":"main","image":"other"}]}}"#;
    kubectl.prints(&["patch", "pod", "web", "-p", image], "pod/web patched").await?;
    let again = "pod/web patched (no change)";
    kubectl.prints(&["patch", "pod", "web", "-p", image], again).await?;
    let image = ["get", "pod", "web", "-o", "jsonpath={.spec.containers[*].image}"];
    kubectl.prints(&image, "other").await?;
    let merge = ["patch", "configmap", "settings", "--type=merge", "-p", r#"{"data":{"l":"m"}}"#];
    kubectl.prints(&merge, "configmap/settings patched").await?;
    let json = r#"[{"op":"remove","path":"/data/l"}]"#;
    let json = ["patch", "configmap", "settings", "--type=json", "-p", json];
    kubectl.prints(&json, "configmap/settings patched").await?;
    let data = ["get", "configmap", "settings", "-o", "jsonpath={.data}"];
    kubectl.prints(&data, r#"{"k":"w"}"#).await?;
    kubectl.prints(&["label", "pod", "web", "tier=front"], "pod/web labeled").await?;
    kubectl.prints(&["get", "pods", "-l", "tier=front", "-o", "name"], "pod/web").await?;
    kubectl.prints(&["annotate", "pod", "web", "note=seen"], "pod/web annotated").await?;
    let note = ["get", "pod", "web", "-o", "jsonpath={.metadata.annotations.note}"];
    kubectl.prints(&note, "seen").await?;
    Ok("strategic, merge and JSON".to_owned())
}

pub(super) async fn edit(kubectl: &Kubectl) -> Outcome {
    let edit = ["edit", "configmap", "settings"];
    let editor = r"sed -i s/k:.w/k:\ edited/";
    kubectl.edits(&edit, editor, &["configmap/settings edited"]).await?;
    let data = ["get", "configmap", "settings", "-o", "jsonpath={.data.k}"];
    kubectl.prints(&data, "edited").await?;
    kubectl.write("replacement.yaml", REPLACEMENT)?;
    kubectl.prints(&["replace", "-f", "replacement.yaml"], "configmap/settings replaced").await?;
    kubectl.prints(&data, "new").await?;
    // A stale version is a conflict.
    let stale = REPLACEMENT.replace("name: settings", r#"name: settings, resourceVersion: "1""#);
    kubectl.write("replacement.yaml", &stale)?;
    let conflict = ["Error from server (Conflict)", "the object has been modified"];
    kubectl.fails(&["replace", "-f", "replacement.yaml"], &conflict).await?;
    Ok(String::new())
}

pub(super) async fn wait(kubectl: &Kubectl) -> Outcome {
    let ready = ["wait", "--for=condition=Ready", "node/node-1", "--timeout=30s"];
    kubectl.prints(&ready, "node/node-1 condition met").await?;
    let pods =
        ["wait", "--for=condition=Ready", "pod", "--all", "-n", "kube-system", "--timeout=30s"];
    kubectl.succeeds(&pods, &["pod/coredns-", "condition met"]).await?;
    let never = ["wait", "--for=condition=Ready", "pod/web", "--timeout=1s"];
    kubectl.fails(&never, &["timed out waiting for the condition"]).await?;
    let waiting = ["wait", "--for=delete", "configmap/settings", "--timeout=30s"];
    let deleting = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        kubectl.output(&["delete", "configmap", "settings"]).await
    };
    let (waited, deleted) =
        tokio::join!(kubectl.prints(&waiting, "configmap/settings condition met"), deleting);
    deleted?;
    waited?;
    Ok("for conditions and for a delete".to_owned())
}

pub(super) async fn server_side_apply(kubectl: &Kubectl) -> Outcome {
    kubectl.write("owned.yaml", &REPLACEMENT.replace("settings", "owned"))?;
    let mut apply = vec!["apply", "--server-side", "--field-manager=one", "-f", "owned.yaml"];
    kubectl.prints(&apply, "configmap/owned serverside-applied").await?;
    kubectl.prints(&apply, "configmap/owned serverside-applied").await?;
    // Another manager cannot change an owned field without force.
    kubectl
        .write("owned.yaml", &REPLACEMENT.replace("settings", "owned").replace("new", "changed"))?;
    apply[2] = "--field-manager=another";
    kubectl.fails(&apply, &["conflict", "one", ".data.k"]).await?;
    let data = ["get", "configmap", "owned", "-o", "jsonpath={.data.k}"];
    kubectl.prints(&data, "new").await?;
    apply.push("--force-conflicts");
    kubectl.prints(&apply, "configmap/owned serverside-applied").await?;
    kubectl.prints(&data, "changed").await?;
    kubectl.output(&["delete", "configmap", "owned"]).await?;
    Ok(String::new())
}

pub(super) async fn scale(kubectl: &Kubectl) -> Outcome {
    let create = ["create", "deployment", "site", "--image=example"];
    kubectl.prints(&create, "deployment.apps/site created").await?;
    let scale = ["scale", "deployment/site", "--replicas=3"];
    kubectl.prints(&scale, "deployment.apps/site scaled").await?;
    let replicas = ["get", "deployment", "site", "-o", "jsonpath={.spec.replicas}"];
    kubectl.prints(&replicas, "3").await?;
    kubectl.succeeds(&["get", "all"], &["deployment.apps/site", "pod/web"]).await?;
    kubectl.prints(&["delete", "deployment", "site"], r#"deployment.apps "site" deleted"#).await?;
    Ok(String::new())
}

pub(super) async fn custom(kubectl: &Kubectl) -> Outcome {
    kubectl.write("crontabs.yaml", CRONTABS)?;
    kubectl.write("crontab.yaml", CRONTAB)?;
    let name = "customresourcedefinition.apiextensions.k8s.io/crontabs.kubectl.example.com";
    kubectl.prints(&["apply", "-f", "crontabs.yaml"], &format!("{name} created")).await?;
    let established = ["wait", "--for=condition=Established", name, "--timeout=30s"];
    kubectl.prints(&established, &format!("{name} condition met")).await?;
    let object = "crontab.kubectl.example.com/often";
    kubectl.prints(&["apply", "-f", "crontab.yaml"], &format!("{object} created")).await?;
    let schedule = ["get", "ct", "often", "-o", "jsonpath={.spec.schedule}"];
    kubectl.prints(&schedule, "hourly").await?;
    kubectl.write("crontab.yaml", &CRONTAB.replace("hourly", "daily"))?;
    kubectl.prints(&["apply", "-f", "crontab.yaml"], &format!("{object} configured")).await?;
    kubectl.prints(&schedule, "daily").await?;
    kubectl.succeeds(&["get", "crontabs"], &["NAME", "SCHEDULE", "often", "daily"]).await?;
    kubectl
        .succeeds(&["delete", "-f", "crontabs.yaml"], &["crontabs.kubectl.example.com", "deleted"])
        .await?;
    kubectl.fails(&["get", "ct"], &["the server could not find the requested resource"]).await?;
    Ok(String::new())
}

pub(super) async fn delete(kubectl: &Kubectl) -> Outcome {
    kubectl.prints(&["delete", "pod", "web"], r#"pod "web" deleted"#).await?;
    kubectl.fails(&["delete", "pod", "web"], &["Error from server (NotFound)"]).await?;
    for name in ["a", "b"] {
        kubectl.output(&["create", "configmap", name, "-n", "kubectl"]).await?;
    }
    kubectl.output(&["label", "configmap", "a", "-n", "kubectl", "app=a"]).await?;
    let chosen = ["delete", "configmap", "-n", "kubectl", "-l", "app=a"];
    kubectl.prints(&chosen, r#"configmap "a" deleted"#).await?;
    let all = ["delete", "configmap", "-n", "kubectl", "--all"];
    kubectl.succeeds(&all, &[r#"configmap "b" deleted"#, r#"configmap "made" deleted"#]).await?;
    kubectl.prints(&["delete", "namespace", "kubectl"], r#"namespace "kubectl" deleted"#).await?;
    kubectl.fails(&["get", "namespace", "kubectl"], &["Error from server (NotFound)"]).await?;
    Ok(String::new())
}
