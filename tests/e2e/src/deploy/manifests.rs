//! kubectl applies the manifests, first as a dry run on the server.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use envtest::Assets;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use super::NAMESPACE;
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, Report, failed};

const TIMEOUT: Duration = Duration::from_mins(1);

/// Everything in `deploy/base` that is an object, and the group and version that it needs.
const BASE: [(&str, &str); 7] = [
    ("base/namespace.yaml", "/api/v1"),
    ("base/service-account.yaml", "/api/v1"),
    ("base/rbac.yaml", "/apis/rbac.authorization.k8s.io/v1"),
    ("base/deployment.yaml", "/apis/apps/v1"),
    ("base/service.yaml", "/api/v1"),
    ("base/network-policy.yaml", "/apis/networking.k8s.io/v1"),
    ("base/pod-disruption-budget.yaml", "/apis/policy/v1"),
];

/// What the relay needs to be there: the rest is for controllers, which a test server has none of.
const APPLIED: [&str; 3] = ["base/namespace.yaml", "base/service-account.yaml", "base/rbac.yaml"];

struct Kubectl {
    program: PathBuf,
    folder: TempDir,
}

/// Applies every manifest as a dry run, and those for good that the other tests need.
pub(super) async fn apply(cluster: &Cluster, report: &Report) -> Result<(), NotPassed> {
    let program = Assets::from_env().ok().and_then(|assets| assets.kubectl());
    let program = program.unwrap_or_else(|| "kubectl".into());
    let folder = TempDir::new().map_err(failed)?;
    std::fs::write(folder.path().join("kubeconfig"), &cluster.kubeconfig).map_err(failed)?;
    let kubectl = Kubectl { program, folder };
    // A dry run of what lies in it needs it.
    kubectl.apply("base/namespace.yaml", &[]).await?;
    for (file, needs) in BASE {
        let name = format!("deploy: kubectl apply --dry-run=server, {file}");
        report.test(&name, dry_run(cluster, &kubectl, file, needs)).await;
    }
    let name = "deploy: kubectl apply --dry-run=server, service-monitor/service-monitor.yaml";
    report.test(name, service_monitor(cluster, &kubectl)).await;
    for file in APPLIED {
        kubectl.apply(file, &[]).await?;
    }
    Ok(())
}

async fn dry_run(cluster: &Cluster, kubectl: &Kubectl, file: &str, needs: &str) -> Outcome {
    match cluster.api.get(needs).await {
        Ok(_) => {}
        Err(kube_client::Error::Api(status)) if status.code == 404 => {
            let what = needs.trim_start_matches("/apis/");
            return Err(NotPassed::Skipped(format!("the server has no {what}")));
        }
        Err(error) => return Err(failed(error)),
    }
    let said = kubectl.apply(file, &["--dry-run=server"]).await?;
    let objects = read(file)?.split("\n---\n").count();
    let accepted = said.lines().filter(|line| line.ends_with("(server dry run)")).count();
    if accepted == objects {
        Ok(String::new())
    } else {
        Err(format!("{objects} objects, but kubectl says: {said}").into())
    }
}

/// The operator's kind, as far as the manifest uses it.
async fn service_monitor(cluster: &Cluster, kubectl: &Kubectl) -> Outcome {
    let object =
        |properties: serde_json::Value| json!({"type": "object", "properties": properties});
    let text = json!({"type": "string"});
    let labels = json!({"type": "object", "additionalProperties": text});
    let endpoint = object(json!({"port": text, "path": text, "interval": text}));
    let spec = object(json!({
        "selector": object(json!({"matchLabels": labels})),
        "endpoints": {"type": "array", "items": endpoint},
    }));
    let definition = json!({
        "metadata": {"name": "servicemonitors.monitoring.coreos.com", "labels": cluster.labels()},
        "spec": {
            "group": "monitoring.coreos.com", "scope": "Namespaced",
            "names": {"kind": "ServiceMonitor", "plural": "servicemonitors"},
            "versions": [{"name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": object(json!({"spec": spec}))}}],
        },
    });
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    cluster.api.create(definitions, &definition).await.map_err(failed)?;
    let list = "/apis/monitoring.coreos.com/v1/servicemonitors";
    for _ in 0..100 {
        if cluster.api.get(list).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let file = "service-monitor/service-monitor.yaml";
    let outcome = dry_run(cluster, kubectl, file, "/apis/monitoring.coreos.com/v1").await;
    let path = format!("{definitions}/servicemonitors.monitoring.coreos.com");
    cluster.api.delete(&path).await.map_err(failed)?;
    outcome
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

/// Reads a file of `deploy/`.
pub(super) fn read(file: &str) -> Result<String, NotPassed> {
    std::fs::read_to_string(folder().join(file)).map_err(failed)
}

impl Kubectl {
    async fn apply(&self, file: &str, more: &[&str]) -> Result<String, NotPassed> {
        let mut command = Command::new(&self.program);
        command
            .env("KUBECONFIG", self.folder.path().join("kubeconfig"))
            .env("HOME", self.folder.path())
            .args(["--namespace", NAMESPACE, "apply", "--filename"])
            .arg(folder().join(file))
            .args(more)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(TIMEOUT, command.output()).await;
        let output = output.map_err(|_| format!("kubectl apply {file} timed out"))?;
        let output =
            output.map_err(|error| format!("cannot run {}: {error}", self.program.display()))?;
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if output.status.success() { Ok(text) } else { Err(format!("{file}: {text}").into()) }
    }
}
