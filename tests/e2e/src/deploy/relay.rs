//! `watchables relay` as the service account, with the configuration of `deploy/base`.

use std::process::Stdio;
use std::time::Duration;

use kube_client::{Client, Config};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::{Instant, timeout_at};

use super::account::Account;
use super::manifests::read;
use super::{NAME, NAMESPACE};
use crate::report::{NotPassed, Outcome, failed};
use crate::this_program;

const TIMEOUT: Duration = Duration::from_mins(1);

struct Relay {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Relay {
    /// Starts it with a configuration.
    fn start(account: &Account, config: &str) -> Result<Self, NotPassed> {
        let path = account.path("relay.yaml");
        std::fs::write(&path, config).map_err(failed)?;
        let program = this_program::path()?.with_file_name("watchables");
        let mut command = Command::new(&program);
        command
            .args(["relay", "--config"])
            .arg(path)
            .env("KUBECONFIG", account.path("kubeconfig"))
            .env("POD_NAMESPACE", NAMESPACE)
            .env("POD_NAME", "watchables-relay-0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| {
            format!("{}: {error}; cargo xtask e2e builds it", program.display())
        })?;
        let log = child.stderr.take().ok_or("the relay has no output")?;
        Ok(Self { child, log: BufReader::new(log).lines() })
    }

    /// Returns the rest of the first line that begins so.
    async fn says(&mut self, beginning: &str) -> Result<String, NotPassed> {
        let end = Instant::now() + TIMEOUT;
        let mut seen = Vec::new();
        loop {
            let line = timeout_at(end, self.log.next_line()).await;
            let line = line.map_err(|_| format!("{beginning:?} is not in {seen:?}"))?;
            let Some(line) = line.map_err(failed)? else {
                return Err(format!("the relay has ended: {seen:?}").into());
            };
            if let Some(rest) = line.strip_prefix(beginning) {
                return Ok(rest.to_owned());
            }
            seen.push(line);
        }
    }

    /// Stops it as Kubernetes does.
    async fn stop(mut self) -> Result<(), NotPassed> {
        let id = self.child.id().ok_or("the relay has ended by itself")?;
        let kill = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        kill.map_err(failed)?;
        let status = tokio::time::timeout(TIMEOUT, self.child.wait()).await;
        let status = status.map_err(|_| "the relay does not end")?.map_err(failed)?;
        if status.success() { Ok(()) } else { Err(format!("the relay failed: {status}").into()) }
    }
}

/// Waits until a function returns something.
async fn eventually<T, F: Future<Output = Result<T, String>>>(
    mut attempt: impl FnMut() -> F,
) -> Result<T, NotPassed> {
    let end = Instant::now() + TIMEOUT;
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(why) if Instant::now() > end => return Err(why.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// With the pipeline of the manifest and a file as the sink: what it watches arrives.
pub(super) async fn relays(account: &Account) -> Outcome {
    let base = read("base/relay.yaml")?;
    let pipelines = base.split_once("pipelines:").ok_or("relay.yaml has no pipelines")?.1;
    let pipeline = pipelines.split_once("  to:").ok_or("the pipeline has no sink")?.0;
    let (checkpoints, lines) = (account.path("checkpoints"), account.path("lines"));
    let config = format!(
        "checkpoints: {}\npipelines:{pipeline}  to: {{file: {{path: {}}}}}\n",
        checkpoints.display(),
        lines.display()
    );
    let relay = Relay::start(account, &config)?;
    let created = account.admin.create_pod(NAMESPACE, "relayed").await.map_err(failed)?;
    let deployment = json!({"metadata": {"name": "relayed"}, "spec": {
        "selector": {"matchLabels": {"app": "relayed"}},
        "template": {"metadata": {"labels": {"app": "relayed"}}, "spec": created["spec"]},
    }});
    let path = format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments");
    account.admin.create(&path, &deployment).await.map_err(failed)?;
    eventually(async || {
        let text = std::fs::read_to_string(&lines).unwrap_or_default();
        let has = |kind: &str| {
            text.lines().any(|line| line.contains(kind) && line.contains(r#""name":"relayed""#))
        };
        let all = has(r#""kind":"Pod""#) && has(r#""kind":"Deployment""#);
        if all { Ok(()) } else { Err(format!("not all are relayed: {text}")) }
    })
    .await?;
    relay.stop().await?;
    Ok(String::new())
}

/// With the manifest's replicas: the shards' Leases are taken, and given back when it stops.
pub(super) async fn holds_shards(account: &Account) -> Outcome {
    // No NATS is needed to hold shards.
    let config = read("base/relay.yaml")?
        .replace("nats://nats.nats:4222", "nats://127.0.0.1:1")
        .replace("0.0.0.0:8080", "127.0.0.1:0");
    let mut relay = Relay::start(account, &config)?;
    let url = relay.says("watchables: probes and metrics on ").await?;
    let metrics = Client::try_from(Config::new(url.parse().map_err(failed)?)).map_err(failed)?;
    let request = || http::Request::get("/metrics").body(Vec::new());
    eventually(async || {
        let request = request().map_err(|error| error.to_string())?;
        let text = metrics.request_text(request).await.map_err(|error| error.to_string())?;
        let is_held = text.contains("\nwatchables_relay_leases_held 8\n");
        if is_held { Ok(()) } else { Err(format!("not all Leases are held: {text}")) }
    })
    .await?;
    let path = format!("/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases");
    let holders = async || -> Result<Vec<(String, String)>, NotPassed> {
        let list = account.admin.get(&path).await.map_err(failed)?;
        let leases = list["items"].as_array().into_iter().flatten();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Ok(leases
            .map(|lease| (text(&lease["metadata"]["name"]), text(&lease["spec"]["holderIdentity"])))
            .collect())
    };
    let is_shard = |name: &str| name.starts_with(&format!("{NAME}-shard-"));
    let held = holders().await?;
    let ours = held
        .iter()
        .filter(|(name, holder)| is_shard(name) && holder.starts_with("watchables-relay-0-"));
    if ours.count() != 8 {
        return Err(format!("expected 8 Leases, got {held:?}").into());
    }
    relay.stop().await?;
    let left = holders().await?;
    match left.iter().find(|(name, holder)| !holder.is_empty() || !is_shard(name)) {
        None => Ok("8 Leases".to_owned()),
        Some(left) => Err(format!("{left:?} is left behind").into()),
    }
}
