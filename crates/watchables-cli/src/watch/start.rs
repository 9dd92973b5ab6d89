//! The start of a watch: clusters that are connected to, and what is watched in them.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};

use super::ending::Ending;
use super::manifests::Manifest;
use super::targets::{self, Target};
use crate::args::{ClusterArgs, WatchArgs};
use crate::cluster::{self, Cluster};
use crate::failure;
use crate::resources::{Finder, Waiting};
use crate::say::say;

/// A cluster that is being connected to, until what is watched in it is known.
pub(crate) struct Start {
    /// The context, if there are several clusters.
    pub(crate) label: Option<Arc<str>>,
    target: RefCell<Option<cluster::Target>>,
    /// The exec plugin that gives its credentials.
    plugin: Option<String>,
    /// The namespace of its context.
    namespace: Option<String>,
    is_connected: Cell<bool>,
    has_ended: Cell<bool>,
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
        let several = args.context.as_deref().filter(|context| context.contains(','));
        let Some(contexts) = several else {
            return Ok(vec![Self::new(None, cluster::Target::find(args)?)]);
        };
        // A context may be called so.
        if let Ok(target) = cluster::Target::find(args) {
            return Ok(vec![Self::new(None, target)]);
        }
        if args.server.is_some() {
            bail!("--server is one cluster, and --context {contexts:?} names several");
        }
        let mut starts: Vec<Self> = Vec::new();
        for context in contexts.split(',').map(str::trim) {
            if context.is_empty() {
                bail!("--context {contexts:?} has an empty name; write it as blue,green");
            }
            if starts.iter().any(|start| start.label.as_deref() == Some(context)) {
                continue;
            }
            let args = ClusterArgs {
                kubeconfig: args.kubeconfig.clone(),
                context: Some(context.to_owned()),
                server: None,
                demo: false,
                verbosity: None,
            };
            starts.push(Self::new(Some(context.into()), cluster::Target::find(&args)?));
        }
        Ok(starts)
    }

    fn new(label: Option<Arc<str>>, target: cluster::Target) -> Self {
        Self {
            waiting: Waiting::of(label.as_deref()),
            label,
            plugin: target.plugin(),
            namespace: target.namespace(),
            target: RefCell::new(Some(target)),
            is_connected: Cell::new(false),
            has_ended: Cell::new(false),
        }
    }

    /// Connects to the cluster, and finds what is watched in it. Of several clusters, one that fails is only reported.
    ///
    /// # Errors
    ///
    /// If the only cluster cannot be reached, or something cannot be watched in it.
    pub(crate) async fn run(
        &self,
        args: &WatchArgs,
        manifests: &[Manifest],
    ) -> anyhow::Result<Started> {
        let started = self.connect(args, manifests).await;
        self.has_ended.set(true);
        match (&self.label, started) {
            (Some(label), Err(error)) => {
                say!("{label} is left out: {}", failure::one_line(&error));
                Ok(Started::Absent(Arc::clone(label)))
            }
            (_, started) => started,
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
