//! kubectl as a client of the embedded server: what people do with it works.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use embedded_apiserver::{DemoOptions, EmbeddedServer};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::cluster::Cluster;
use crate::report::{Not, Outcome, Report, failed};

const HANGS: Duration = Duration::from_mins(1);

const MANIFEST: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: main, image: example}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {k: v}
";

/// kubectl with a kubeconfig for a server of release 1.20.
struct Kubectl {
    program: PathBuf,
    folder: TempDir,
    _server: EmbeddedServer,
    _demo: embedded_apiserver::Demo,
}

pub(crate) async fn run(cluster: &Cluster, report: &Report) {
    if !report.wants("kubectl") {
        return;
    }
    let kubectl = match Kubectl::start(cluster).await {
        Ok(kubectl) => kubectl,
        Err(why) => return report.tell("kubectl on the embedded server", Err(why)),
    };
    report.test("kubectl get", get(&kubectl)).await;
    report.test("kubectl get -A -w", get_watch(&kubectl)).await;
    report.test("kubectl api-resources", api_resources(&kubectl)).await;
    report.test("kubectl apply, and apply again", apply(&kubectl)).await;
    report.test("kubectl patch", patch(&kubectl)).await;
    report.test("kubectl wait", wait(&kubectl)).await;
    report.test("kubectl delete", delete(&kubectl)).await;
}

impl Kubectl {
    async fn start(cluster: &Cluster) -> Result<Self, Not> {
        let program = cluster.assets().and_then(|assets| assets.kubectl());
        let server = EmbeddedServer::builder(watchables::rel_1_20::CATALOG)
            .release("1.20")
            .start()
            .await
            .map_err(failed)?;
        let folder = TempDir::new().map_err(failed)?;
        std::fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).map_err(failed)?;
        std::fs::write(folder.path().join("manifest.yaml"), MANIFEST).map_err(failed)?;
        let demo = server.demo(&DemoOptions::default());
        let program = program.unwrap_or_else(|| Path::new("kubectl").to_owned());
        Ok(Self { program, folder, _server: server, _demo: demo })
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.folder.path())
            .env("KUBECONFIG", self.folder.path().join("kubeconfig"))
            .env("HOME", self.folder.path())
            .args(args)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// What it prints; it must be content.
    async fn says(&self, args: &[&str]) -> Result<String, Not> {
        let output = timeout(HANGS, self.command(args).output()).await;
        let output = output.map_err(|_| Not::Failed(format!("kubectl {args:?} hangs")))?;
        let output = output.map_err(|error| {
            Not::Failed(format!("cannot run {}: {error}", self.program.display()))
        })?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        Err(format!("kubectl {args:?}: {}{}", text(&output.stdout), text(&output.stderr)).into())
    }

    /// What it prints contains all of these.
    async fn tells(&self, args: &[&str], parts: &[&str]) -> Result<(), Not> {
        let text = self.says(args).await?;
        match parts.iter().find(|part| !text.contains(*part)) {
            None => Ok(()),
            Some(part) => Err(format!("kubectl {args:?}: {part:?} is not in: {text}").into()),
        }
    }
}

async fn get(kubectl: &Kubectl) -> Outcome {
    kubectl.tells(&["get", "pods", "-A"], &["NAMESPACE", "NAME", "READY", "STATUS", "AGE"]).await?;
    kubectl.tells(&["get", "ns"], &["NAME", "STATUS", "default", "Active"]).await?;
    kubectl.tells(&["get", "ns", "default", "-o", "json"], &["\"kind\": \"Namespace\""]).await?;
    Ok(String::new())
}

/// What there is, and then what happens: the demo does something all the time.
async fn get_watch(kubectl: &Kubectl) -> Outcome {
    let mut child = kubectl
        .command(&["get", "pods", "-A", "-w"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let out = child.stdout.take().ok_or("kubectl has no output")?;
    let mut lines = BufReader::new(out).lines();
    let mut seen = Vec::new();
    while seen.len() < 12 {
        let line = timeout(HANGS, lines.next_line()).await;
        let line = line.map_err(|_| Not::Failed(format!("after {seen:?} nothing comes")))?;
        match line.map_err(failed)? {
            Some(line) => seen.push(line),
            None => return Err(format!("after {seen:?} it ends").into()),
        }
    }
    if !seen[0].starts_with("NAMESPACE") {
        return Err(format!("no columns: {seen:?}").into());
    }
    Ok(format!("{} lines", seen.len()))
}

async fn api_resources(kubectl: &Kubectl) -> Outcome {
    let parts =
        ["configmaps", "deployments", "apps", "Deployment", "deploy", "customresourcedefinitions"];
    kubectl.tells(&["api-resources"], &parts).await?;
    Ok(String::new())
}

async fn apply(kubectl: &Kubectl) -> Outcome {
    let apply = ["apply", "-f", "manifest.yaml"];
    kubectl.tells(&apply, &["pod/web created", "configmap/settings created"]).await?;
    kubectl.tells(&apply, &["pod/web unchanged", "configmap/settings unchanged"]).await?;
    let changed = MANIFEST.replace("k: v", "k: w");
    std::fs::write(kubectl.folder.path().join("manifest.yaml"), changed).map_err(failed)?;
    kubectl.tells(&apply, &["configmap/settings configured"]).await?;
    kubectl.tells(&["get", "configmap", "settings", "-o", "jsonpath={.data.k}"], &["w"]).await?;
    Ok(String::new())
}

async fn patch(kubectl: &Kubectl) -> Outcome {
    let image = r#"{"spec":{"containers":[{"name":"main","image":"other"}]}}"#;
    kubectl.tells(&["patch", "pod", "web", "-p", image], &["patched"]).await?;
    let image = ["get", "pod", "web", "-o", "jsonpath={.spec.containers[*].image}"];
    kubectl.tells(&image, &["other"]).await?;
    let merge = ["patch", "configmap", "settings", "--type=merge", "-p", r#"{"data":{"l":"m"}}"#];
    kubectl.tells(&merge, &["patched"]).await?;
    let json = r#"[{"op":"remove","path":"/data/l"}]"#;
    kubectl
        .tells(&["patch", "configmap", "settings", "--type=json", "-p", json], &["patched"])
        .await?;
    Ok("strategic, merge and JSON".to_owned())
}

async fn wait(kubectl: &Kubectl) -> Outcome {
    let waiting = kubectl.says(&["wait", "--for=delete", "configmap/settings", "--timeout=30s"]);
    let deleting = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        kubectl.says(&["delete", "configmap", "settings"]).await
    };
    let (waited, deleted) = tokio::join!(waiting, deleting);
    deleted?;
    waited?;
    Ok("for a delete".to_owned())
}

async fn delete(kubectl: &Kubectl) -> Outcome {
    kubectl.tells(&["delete", "pod", "web"], &["deleted"]).await?;
    kubectl.tells(&["get", "pods", "web", "--ignore-not-found"], &[]).await?;
    kubectl.tells(&["get", "pods"], &[]).await?;
    Ok(String::new())
}
