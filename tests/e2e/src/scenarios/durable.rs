//! A process with a durable stream, which is killed at random under load while etcd is compacted: its log has each
//! change of the server once, by id.

mod child;
mod history;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use fastrand::Rng;
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use watchables::Checkpoints;

pub(crate) use self::child::run_child;
use self::history::{History, Log};
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};
use crate::this_program;

/// Longer than a process needs to catch up.
const SOON: Duration = Duration::from_mins(1);
const COMPACTION_INTERVAL: Duration = Duration::from_secs(15);

pub(super) async fn killed(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let folder = tempfile::tempdir().map_err(failed)?;
    std::fs::write(folder.path().join("kubeconfig"), &cluster.kubeconfig).map_err(failed)?;
    let mut history = History::begin(cluster.client(), &namespace).await?;
    begin(&namespace, folder.path()).await?;
    let load = async {
        let written = write(cluster, &namespace).await;
        Err::<(), _>(written.err().unwrap_or_else(|| "the writer has ended".into()))
    };
    let compaction = async {
        loop {
            sleep(COMPACTION_INTERVAL).await;
            match cluster.compact().await {
                Ok(()) | Err(NotPassed::Skipped(_)) => {}
                Err(error) => return Err(error),
            }
        }
    };
    let kills = async {
        for kill in 0..cluster.kills {
            let mut child = start(&namespace, folder.path())?;
            sleep(Duration::from_millis(fastrand::u64(50..1_500))).await;
            if let Some(status) = child.try_wait().map_err(failed)? {
                return Err(NotPassed::Failed(format!("process {kill} ended by itself: {status}")));
            }
            child.kill().await.map_err(failed)?;
            sleep(Duration::from_millis(fastrand::u64(0..300))).await;
        }
        Ok(())
    };
    tokio::select! {
        killed = kills => killed?,
        result = load => result?,
        result = compaction => result?,
        result = history.follow() => return Err(result),
    }
    // The load has ended: the last process catches up.
    let mut child = start(&namespace, folder.path())?;
    let caught_up = async {
        loop {
            history.catch_up().await?;
            if Log::read(folder.path())?.has_the_state_of(&history) {
                return Ok::<_, NotPassed>(());
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    let Ok(caught_up) = timeout(SOON, caught_up).await else {
        let missing = Log::read(folder.path())?.missing(&history);
        return Err(match child.try_wait().map_err(failed)? {
            Some(status) => format!("the last process ended by itself: {status}"),
            None => format!("the last process does not catch up: it lacks {missing}"),
        }
        .into());
    };
    caught_up?;
    child.kill().await.map_err(failed)?;
    let log = Log::read(folder.path())?;
    log.check_against(&history)?;
    Ok(format!(
        "killed {} times, {} changes, {} lines, {} of them by comparison",
        cluster.kills,
        history.changes(),
        log.lines(),
        log.repairs(),
    ))
}

/// Runs a process until it has committed its first state. Before that there is nothing to go on from: what happens then,
/// a restart does not deliver.
async fn begin(namespace: &str, folder: &Path) -> Result<(), NotPassed> {
    let mut child = start(namespace, folder)?;
    let committed = async {
        // The file does not exist at first, or is being written.
        while !Checkpoints::look_at(folder.join("checkpoints"))
            .is_ok_and(|streams| streams.iter().any(|stream| stream.has_synced))
        {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, committed).await.map_err(|_| "the first process commits nothing")?;
    child.kill().await.map_err(failed)
}

fn start(namespace: &str, folder: &Path) -> Result<Child, NotPassed> {
    Command::new(this_program::path()?)
        .arg("--kubeconfig")
        .arg(folder.join("kubeconfig"))
        .args(["--durable", namespace])
        .arg(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)
}

/// Creates, changes and deletes objects until it fails.
async fn write(cluster: &Cluster, namespace: &str) -> Result<(), NotPassed> {
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let mut random = Rng::new();
    let mut exists = [false; 30];
    for change in 0_u64.. {
        let at = random.usize(..exists.len());
        let object = format!("{path}/map-{at}");
        match (exists[at], random.u8(..4)) {
            (false, _) => {
                let map = json!({"metadata": {"name": format!("map-{at}")}});
                cluster.api.create(&path, &map).await.map_err(failed)?;
                exists[at] = true;
            }
            (true, 0) => {
                cluster.api.delete(&object).await.map_err(failed)?;
                exists[at] = false;
            }
            (true, _) => {
                let patch = json!({"data": {"change": change.to_string()}});
                cluster.api.patch(&object, &patch).await.map_err(failed)?;
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
