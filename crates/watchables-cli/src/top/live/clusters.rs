//! The clusters that are shown, and what is watched in them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail};
use futures::future::join_all;
use watch_terminal::{Columns, KindSetup};
use watchables::{Scope, ServedResource};

use super::super::title;
use crate::args::{ClusterArgs, TopArgs};
use crate::cluster::{self, Cluster, Named};
use crate::failure;
use crate::resources::{Finder, Waiting};
use crate::watch::start::{FIRST_WAIT, LONGEST_WAIT};
use crate::watch::targets::{self, Target};

/// What is watched if nothing is named: what runs, why it does, and where.
const USUAL: [&str; 8] = [
    "pods",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "services",
    "nodes",
];
/// How long one of several clusters may take.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A cluster, and what is watched in it.
pub(super) struct Found {
    /// The context, if there are several clusters.
    pub(super) label: Option<Arc<str>>,
    pub(super) cluster: Cluster,
    pub(super) targets: Vec<Target>,
}

/// The clusters that can be watched, and the others.
pub(super) struct Clusters {
    pub(super) found: Vec<Found>,
    pub(super) absent: Vec<Absent>,
}

/// One of several clusters, that cannot be watched yet.
pub(super) struct Absent {
    pub(super) label: Arc<str>,
    /// Why.
    pub(super) cause: String,
    args: ClusterArgs,
    wait: Duration,
}

impl Clusters {
    /// Connects to all, and finds what is watched in them. Of several clusters, those that fail are left out.
    ///
    /// # Errors
    ///
    /// If there is none that can be watched.
    pub(super) async fn connect(args: &TopArgs) -> anyhow::Result<Self> {
        let named = cluster::several(&args.cluster)?;
        let starts = named.into_iter().map(async |(Named { label, args: of_cluster }, target)| {
            let Some(label) = label else { return Ok(find(None, target, args).await) };
            find_in_time(&label, target, args).await.map(Ok).map_err(|error| {
                let cause = failure::one_line(&error);
                Absent { label, cause, args: of_cluster, wait: FIRST_WAIT }
            })
        });
        let mut clusters = Self { found: Vec::new(), absent: Vec::new() };
        for start in join_all(starts).await {
            match start {
                Ok(found) => clusters.found.push(found?),
                Err(absent) => clusters.absent.push(absent),
            }
        }
        if clusters.found.is_empty() {
            let causes =
                clusters.absent.iter().map(|absent| format!("{}: {}", absent.label, absent.cause));
            bail!("none of the clusters can be watched: {}", causes.collect::<Vec<_>>().join("; "));
        }
        Ok(clusters)
    }
}

impl Found {
    /// Returns how the cluster is called.
    pub(super) fn name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.cluster.url)
    }
}

impl Absent {
    /// Waits, longer each time, and tries again. Returns what was found, if it can be watched now.
    pub(super) async fn try_again(mut self, args: &TopArgs) -> (Self, Option<Found>) {
        tokio::time::sleep(self.wait).await;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        // The kubeconfig may have been corrected.
        let found = match cluster::Target::find(&self.args) {
            Ok(target) => find_in_time(&self.label, target, args).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(found) => (self, Some(found)),
            Err(error) => {
                self.cause = failure::one_line(&error);
                (self, None)
            }
        }
    }
}

/// The same as `find`, for one of several clusters: it must not hold up the others.
async fn find_in_time(
    label: &Arc<str>,
    target: cluster::Target,
    args: &TopArgs,
) -> anyhow::Result<Found> {
    let found = tokio::time::timeout(START_TIMEOUT, find(Some(Arc::clone(label)), target, args));
    found.await.unwrap_or_else(|_| Err(anyhow!("it does not answer")))
}

async fn find(
    label: Option<Arc<str>>,
    target: cluster::Target,
    args: &TopArgs,
) -> anyhow::Result<Found> {
    let cluster = target.connect().await?;
    let waiting = Waiting::of(label.as_deref());
    let finder = Finder::new(&cluster.client, false, args.watched.give_up_after(), &waiting);
    let targets = if args.resources.is_empty() {
        usual(&finder).await
    } else {
        targets::find(&finder, &args.resources).await
    };
    let targets = targets.map_err(|error| failure::of_server(error, &cluster.url))?;
    Ok(Found { label, cluster, targets })
}

/// Returns what is watched if nothing is named, as far as the server has it.
async fn usual(finder: &Finder<'_>) -> anyhow::Result<Vec<Target>> {
    let mut found = Vec::new();
    let mut first_error = None;
    for name in USUAL {
        match targets::find(finder, &[name.to_owned()]).await {
            Ok(targets) => found.extend(targets),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match first_error {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// Returns how a kind is shown.
pub(super) fn kind(served: &ServedResource) -> KindSetup {
    KindSetup {
        title: title::title(&served.resource),
        singular: served.singular.clone(),
        is_namespaced: served.resource.scope() == Scope::Namespaced,
        columns: Columns::default(),
    }
}
