//! The process that is killed: logs each change of the `ConfigMap`s of a namespace, once.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use futures::TryStreamExt as _;
use kube_client::config::Kubeconfig;
use tokio::time::timeout;
use watchables::rel_1_20::v1::ConfigMap;
use watchables::{Checkpoints, DurableExt as _, InitialList, Watcher, connect_to};

/// How many lines are written before they are committed, unless none comes for a moment.
const BATCH: usize = 20;
const MOMENT: Duration = Duration::from_millis(50);

/// Logs until it is killed.
pub(crate) async fn run_child(kubeconfig: &Path, namespace: &str, folder: &Path) -> ExitCode {
    match log(kubeconfig, namespace, folder).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let sources = std::iter::successors(Some(&*error), |error| error.source());
            let error: Vec<_> = sources.map(ToString::to_string).collect();
            eprintln!("the durable stream: {}", error.join(": "));
            ExitCode::FAILURE
        }
    }
}

async fn log(
    kubeconfig: &Path,
    namespace: &str,
    folder: &Path,
) -> Result<(), Box<dyn std::error::Error>> {
    let path = folder.join("log");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let id = |line: &str| line.split(' ').next().map(str::to_owned);
    let written: HashSet<_> = text[..whole].lines().rev().take(BATCH).filter_map(id).collect();
    let mut log = OpenOptions::new().append(true).create(true).open(&path)?;
    log.set_len(whole as u64)?;
    let config = crate::cluster::config(Kubeconfig::read_from(kubeconfig)?).await?;
    // Servers of 1.18 and older take 10 s to tell that they do not stream lists.
    let watcher = Watcher::<ConfigMap>::new(connect_to(config)?)
        .namespace(namespace)
        .initial_list(InitialList::Paged);
    let checkpoints = Checkpoints::open(folder.join("checkpoints"))?;
    let mut events = watcher.durable(&checkpoints, "maps")?;
    let mut uncommitted = 0;
    loop {
        let next =
            if uncommitted == BATCH { None } else { timeout(MOMENT, events.try_next()).await.ok() };
        match next {
            Some(event) => {
                let event = event?.ok_or("the stream has ended")?;
                uncommitted += 1;
                if !written.contains(&event.id().to_string()) {
                    writeln!(log, "{} {}", event.id(), event.origin.as_str())?;
                }
            }
            None if uncommitted == 0 => {}
            None => {
                log.sync_data()?;
                events.commit().await?;
                uncommitted = 0;
            }
        }
    }
}
