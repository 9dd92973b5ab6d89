//! The start of a watch: clusters that are connected to, and what is watched in them.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};

use super::ending::Ending;
use super::manifests::Manifest;
use super::targets::{self, Target};
use crate::args::{ClusterArgs, WatchArgs};
use crate::cluster::{self, Cluster, Named};
use crate::failure;
use crate::resources::{Finder, Waiting};
use crate::say::say;

/// How long a cluster that is left out is waited for before it is tried again; longer each time.
pub(crate) const FIRST_WAIT: Duration = Duration::from_secs(2);
pub(crate) const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A cluster that is being connected to, until what is watched in it is known.
pub(crate) struct Start {
    /// The context, if there are several clusters.
    pub(crate) label: Option<Arc<str>>,
    args: ClusterArgs,
    target: RefCell<Option<cluster::Target>>,
    /// The exec plugin that gives its credentials.
    plugin: Option<String>,
    /// The namespace of its context.
    namespace: Option<String>,
    is_connected: Cell<bool>,
    has_ended: Cell<bool>,
    /// Why it is left out.
    cause: RefCell<String>,
    waiting: Waiting,
}

/// A cluster after its start.
pub(crate) enum Started {
    Found(Box<Found>),
    /// One of several, that cannot be watched.
    Absent(Arc<str>),
}

/// A cluster, and what is watched in it.
pub(crate) struct Found {
    /// The context, if there are several clusters.
    pub(crate) label: Option<Arc<str>>,
    pub(crate) cluster: Cluster,
    pub(crate) targets: Vec<Target>,
}

impl Start {
    /// Returns a start for each of the contexts that are named.
    ///
    /// # Errors
    ///
    /// If the kubeconfig cannot be read, or has no such context.
    pub(crate) fn all(args: &ClusterArgs) -> anyhow::Result<Vec<Self>> {
        let named = cluster::several(args)?.into_iter();
        Ok(named.map(|(named, target)| Self::new(named, target)).collect())
    }

    fn new(named: Named, target: cluster::Target) -> Self {
        let Named { label, args } = named;
        Self {
            waiting: Waiting::of(label.as_deref()),
            label,
            plugin: target.plugin(),
            namespace: target.namespace(),
            args,
            target: RefCell::new(Some(target)),
            is_connected: Cell::new(false),
            has_ended: Cell::new(false),
            cause: RefCell::default(),
        }
    }

    /// Connects to the cluster, and finds what is watched in it. Of several clusters, one that fails is only reported, and
    /// can be tried again with `is_again`: that waits, and ends when the cluster is found.
    ///
    /// # Errors
    ///
    /// If the only cluster cannot be reached, or something cannot be watched in it.
    pub(crate) async fn run(
        &self,
        args: &WatchArgs,
        manifests: &[Manifest],
        is_again: bool,
    ) -> anyhow::Result<Started> {
        if let (true, Some(label)) = (is_again, &self.label) {
            return Ok(self.retry(label, args, manifests).await);
        }
        let started = self.connect(args, manifests).await;
        self.has_ended.set(true);
        match (&self.label, started) {
            (Some(label), Err(error)) => {
                let then = if args.resume.is_some() {
                    "; with --resume, it can join at the next start"
                } else {
                    ""
                };
                let cause = failure::one_line(&error);
                say!("{label} is left out: {cause}{then}");
                *self.cause.borrow_mut() = cause;
                Ok(Started::Absent(Arc::clone(label)))
            }
            (_, started) => started,
        }
    }

    /// Tries until the cluster is found. Says why it is not, if that is for another reason than before.
    async fn retry(&self, label: &str, args: &WatchArgs, manifests: &[Manifest]) -> Started {
        let mut wait = FIRST_WAIT;
        say!("{label} is tried again until it can be watched");
        loop {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
            let found = async {
                // The kubeconfig may have been corrected.
                *self.target.borrow_mut() = Some(cluster::Target::find(&self.args)?);
                self.connect(args, manifests).await
            };
            match found.await {
                Ok(started) => {
                    say!("{label} is there, and watched from now on");
                    return started;
                }
                Err(error) => {
                    let cause = failure::one_line(&error);
                    if self.cause.replace(cause.clone()) != cause {
                        say!("{label} is still left out: {cause}; trying again");
                    }
                }
            }
        }
    }

    async fn connect(&self, args: &WatchArgs, manifests: &[Manifest]) -> anyhow::Result<Started> {
        let target = self.target.take().context("the cluster is connected to already")?;
        let cluster = target.connect().await?;
        self.is_connected.set(true);
        let has_deadline = args.duration.is_some();
        let finder =
            Finder::new(&cluster.client, has_deadline, args.watched.give_up_after(), &self.waiting);
        let found = async {
            let mut targets = targets::find(&finder, &args.resources).await?;
            let default = self.namespace.as_deref();
            targets::add_manifests(
                &finder,
                &mut targets,
                manifests,
                args.watched.namespaces(),
                default,
            )
            .await?;
            targets::require_any(&targets)?;
            anyhow::Ok(targets)
        };
        let targets = found.await.map_err(|error| failure::of_server(error, &cluster.url))?;
        Ok(Started::Found(Box::new(Found { label: self.label.clone(), cluster, targets })))
    }

    /// Says what it waits for, after the time set by `--for`.
    fn delay(&self) -> anyhow::Error {
        let error = if !self.is_connected.get() {
            let plugin = self.plugin.as_deref().unwrap_or_default();
            anyhow!(
                "the exec plugin {plugin:?} did not give a credential within the time set by --for"
            )
        } else if let Some(cause) = self.waiting.cause() {
            anyhow!("{cause}; gave up after the time set by --for")
        } else {
            anyhow!("the API server did not respond within the time set by --for")
        };
        match &self.label {
            Some(label) => error.context(label.to_string()),
            None => error,
        }
    }
}

/// Returns the result of a watch that ends before any cluster is connected to.
///
/// # Errors
///
/// Says what was waited for, if the time set by `--for` is over.
pub(crate) fn ended_before(ending: Ending, starts: &[Start]) -> anyhow::Result<Ending> {
    match starts.iter().find(|start| !start.has_ended.get()) {
        Some(start) if ending == Ending::TimedOut => Err(start.delay()),
        _ => Ok(ending),
    }
}
