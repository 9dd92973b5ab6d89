//! The clusters that are shown, and what is watched in them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail};
use futures::future::join_all;
use watch_terminal::{Columns, KindSetup};
use watchables::{ResourceInfo, Scope, ServedResource};

use super::super::title;
use crate::args::TopArgs;
use crate::cluster::{self, Cluster, Named};
use crate::failure;
use crate::resources::{Finder, Waiting};
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

/// The clusters that can be watched, and what is said of the others.
pub(super) struct Clusters {
    pub(super) found: Vec<Found>,
    pub(super) absent: Vec<String>,
}

impl Clusters {
    /// Connects to all, and finds what is watched in them. Of several clusters, those that fail are left out.
    ///
    /// # Errors
    ///
    /// If there is none that can be watched.
    pub(super) async fn connect(args: &TopArgs) -> anyhow::Result<Self> {
        let named = cluster::several(&args.cluster)?;
        let starts = named.into_iter().map(async |(Named { label, .. }, target)| {
            let Some(label) = label else { return Ok(find(None, target, args).await) };
            let found =
                tokio::time::timeout(START_TIMEOUT, find(Some(Arc::clone(&label)), target, args));
            let found = found.await.unwrap_or_else(|_| Err(anyhow!("it does not answer")));
            found
                .map_err(|error| format!("{label} is left out: {}", failure::one_line(&error)))
                .map(Ok)
        });
        let mut clusters = Self { found: Vec::new(), absent: Vec::new() };
        for start in join_all(starts).await {
            match start {
                Ok(found) => clusters.found.push(found?),
                Err(said) => clusters.absent.push(said),
            }
        }
        if clusters.found.is_empty() {
            bail!("none of the clusters can be watched: {}", clusters.absent.join("; "));
        }
        Ok(clusters)
    }

    /// Returns how the clusters are called.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |found: &Found| found.label.as_deref().unwrap_or(&found.cluster.url).to_owned();
        self.found.iter().map(name).collect()
    }

    /// Returns the kinds of all clusters, each once, with their resources.
    pub(super) fn kinds(&self) -> Vec<(ResourceInfo, KindSetup)> {
        let mut kinds: Vec<(ResourceInfo, KindSetup)> = Vec::new();
        for target in self.found.iter().flat_map(|found| &found.targets) {
            let resource = &target.served.resource;
            if place_of(&kinds, resource).is_none() {
                kinds.push((resource.clone(), kind(&target.served)));
            }
        }
        kinds
    }
}

/// Returns the place of the kind of a resource. Clusters may serve it in different versions.
pub(super) fn place_of(
    kinds: &[(ResourceInfo, KindSetup)],
    resource: &ResourceInfo,
) -> Option<usize> {
    kinds.iter().position(|(known, _)| {
        (known.group(), known.plural()) == (resource.group(), resource.plural())
    })
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

fn kind(served: &ServedResource) -> KindSetup {
    KindSetup {
        title: title::title(&served.resource),
        singular: served.singular.clone(),
        is_namespaced: served.resource.scope() == Scope::Namespaced,
        columns: Columns::default(),
    }
}
