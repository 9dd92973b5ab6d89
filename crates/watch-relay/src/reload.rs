//! Replaces the configuration of a relay that runs.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::changes::Changes;
use crate::cluster::Cluster;
use crate::config::{Config, ConfigError, RESTART_KEYS, resumable};
use crate::dead_letters::Letters;
use crate::monitor::Monitor;
use crate::part::Common;
use crate::plan::Plan;

/// Replaces the configuration of a relay that runs, without loss.
#[derive(Clone)]
pub struct Reloader(Arc<State>);

struct State {
    /// The configuration that holds.
    config: Mutex<Config>,
    plan: watch::Sender<Arc<Plan>>,
    common: Common,
    monitor: Monitor,
}

impl Reloader {
    /// Makes the first plan.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration.
    pub(crate) fn new(
        config: &Config,
        clusters: &[Cluster],
        common: Common,
        monitor: Monitor,
    ) -> Result<Self, ConfigError> {
        let plan = Plan::new(config, clusters, &common, &Plan::default(), |_| false)?;
        monitor.set_unhealthy_after(config.unhealthy_after());
        monitor.statuses.configure(plan.parts.iter().map(|part| part.labels()));
        monitor.reloads.started();
        let (plan, _) = watch::channel(Arc::new(plan));
        let config = Mutex::new(config.clone());
        Ok(Self(Arc::new(State { config, plan, common, monitor })))
    }

    /// Puts a configuration in the place of the one that holds: pipelines that did not change go on undisturbed, removed
    /// ones are drained and end, new ones begin, and changed ones are drained and begin anew from their checkpoints. The
    /// configuration is one that was [read](Config::read) or [parsed](Config::parse); pipelines of others count as
    /// changed. `clusters` are those that it names, and `reconnected` the names of those whose client is another one.
    ///
    /// Returns once the change has begun. What has changed is logged.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration. Then the one before holds.
    pub fn reload(
        &self,
        config: &Config,
        clusters: &[Cluster],
        reconnected: &[Option<String>],
    ) -> Result<Changes, ConfigError> {
        let changes = self.replace(config, clusters, reconnected);
        match &changes {
            Ok(changes) => {
                self.0.monitor.reloads.succeeded();
                tracing::info!("the configuration was reloaded; {changes}");
                if !changes.need_restart.is_empty() {
                    let keys = changes.need_restart.join(", ");
                    tracing::warn!("restart the relay, so that these changes take effect: {keys}");
                }
            }
            Err(error) => self.failed(error),
        }
        changes
    }

    /// Counts and logs that a configuration could not be read, or its clusters not be connected to.
    pub fn failed(&self, error: &dyn fmt::Display) {
        self.0.monitor.reloads.failed();
        tracing::error!("the configuration is not reloaded, the one before holds: {error}");
    }

    pub(crate) fn plan(&self) -> watch::Receiver<Arc<Plan>> {
        self.0.plan.subscribe()
    }

    pub(crate) fn monitor(&self) -> &Monitor {
        &self.0.monitor
    }

    fn replace(
        &self,
        config: &Config,
        clusters: &[Cluster],
        reconnected: &[Option<String>],
    ) -> Result<Changes, ConfigError> {
        config.check()?;
        let State { config: holds, plan, common, monitor } = &*self.0;
        let mut holds = holds.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = config.clone();
        let mut need_restart = next.keep_until_restart(&holds);
        if !need_restart.is_empty() {
            next.check().map_err(|error| {
                let keys = need_restart.join(", ");
                ConfigError::new(format!("{error}; restart the relay to change {keys}"))
            })?;
        }
        for pipeline in &next.pipelines {
            let (name, fingerprints) = (&pipeline.name, &next.fingerprints);
            if !fingerprints.have_same_pipeline(&holds.fingerprints, name)
                && let Some(fault) = fingerprints.unreadable_file(name)
            {
                return Err(ConfigError::new(format!("pipeline {name:?}: {fault}")));
            }
            let before = holds.pipelines.iter().find(|before| before.name == *name);
            if let Some(fault) = before.and_then(|before| resumable::fault(before, pipeline)) {
                return Err(ConfigError::new(fault));
            }
        }
        if let Some(replicas) = &next.replicas
            && (reconnected.contains(&replicas.cluster)
                || replicas.cluster.is_none()
                    && clusters.first().is_some_and(|first| reconnected.contains(&first.name)))
        {
            // The Leases stay where they are.
            need_restart.push("replicas");
        }
        let names = |config: &Config| -> BTreeSet<String> {
            config.clusters.iter().map(|cluster| cluster.name.clone()).collect()
        };
        if next.replicas.as_ref().is_some_and(|replicas| replicas.shards_per_cluster.is_some())
            && names(&next) != names(&holds)
        {
            // What Leases there are follows from it.
            need_restart.push("clusters");
        }
        let before = Arc::clone(&plan.borrow());
        let after = Plan::new(&next, clusters, common, &before, |part| {
            next.fingerprints.have_same_pipeline(&holds.fingerprints, &part.pipeline.name)
                && !reconnected.contains(&part.cluster.name)
        })?;
        if next.dead_letters != holds.dead_letters {
            let letters = next.dead_letters.as_deref().map(Letters::open).transpose()?;
            common.dead_letters.replace(letters);
        }
        let changes = Changes { need_restart, ..Changes::between(&before, &after) };
        monitor.set_unhealthy_after(next.unhealthy_after());
        monitor.statuses.configure(after.parts.iter().map(|part| part.labels()));
        *holds = next;
        plan.send_replace(Arc::new(after));
        Ok(changes)
    }
}

impl Config {
    /// Takes over from the configuration that holds what changes with a restart only. Returns the keys that differ.
    fn keep_until_restart(&mut self, holds: &Self) -> Vec<&'static str> {
        let differs = |key: &&'static str| !self.fingerprints.have_same(&holds.fingerprints, key);
        let keys: Vec<_> = RESTART_KEYS.into_iter().filter(differs).collect();
        self.checkpoints.clone_from(&holds.checkpoints);
        self.listen = holds.listen;
        self.redaction_key.clone_from(&holds.redaction_key);
        self.replicas.clone_from(&holds.replicas);
        for key in &keys {
            self.fingerprints.keep(&holds.fingerprints, key);
        }
        keys
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").field("monitor", &self.0.monitor).finish_non_exhaustive()
    }
}
