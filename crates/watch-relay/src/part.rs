//! A pipeline on a cluster: what its instance is made of, as often as it has to be.

use std::sync::Arc;

use watch_durable::DurableExt as _;
use watch_protocol::error::one_line;

use crate::cluster::Cluster;
use crate::config::PipelineConfig;
use crate::converter::Converter;
use crate::dead_letters::DeadLetters;
use crate::instance::Instance;
use crate::last_objects::LastObjects;
use crate::outlet::Outlet;
use crate::redact::HashKey;
use crate::shutdown::Shutdown;
use crate::sinks;
use crate::status::{InstanceStatus, Labels};
use crate::stores::Store;
use crate::tenure::Tenure;
use crate::watches;

/// A pipeline on a cluster.
pub(crate) struct Part {
    /// The pipeline, with the cluster if that has a name. It names the checkpoint.
    pub(crate) name: Arc<str>,
    pub(crate) pipeline: PipelineConfig,
    pub(crate) cluster: Cluster,
    pub(crate) common: Common,
}

/// What all parts share.
#[derive(Clone)]
pub(crate) struct Common {
    pub(crate) checkpoints: Option<Store>,
    pub(crate) key: HashKey,
    pub(crate) dead_letters: DeadLetters,
}

impl Part {
    pub(crate) fn new(pipeline: &PipelineConfig, cluster: &Cluster, common: &Common) -> Self {
        let name = match &cluster.name {
            Some(cluster) => format!("{}/{cluster}", pipeline.name),
            None => pipeline.name.clone(),
        };
        Self {
            name: name.into(),
            pipeline: pipeline.clone(),
            cluster: cluster.clone(),
            common: common.clone(),
        }
    }

    /// Returns what its metrics are labelled with.
    pub(crate) fn labels(&self) -> Labels {
        Labels {
            pipeline: self.pipeline.name.as_str().into(),
            cluster: self.cluster.name.as_deref().map(Into::into),
            sink: self.pipeline.to.kind(),
        }
    }

    /// Makes an instance. `name` is its own, with the shard if it is of one.
    ///
    /// # Errors
    ///
    /// Says why it cannot begin (now).
    pub(crate) async fn start(
        &self,
        name: &Arc<str>,
        status: &Arc<InstanceStatus>,
        tenure: Option<Tenure>,
        shutdown: Shutdown,
    ) -> Result<Instance, String> {
        let fence = tenure.as_ref().map(|tenure| tenure.fence(name));
        let shard = tenure.as_ref().map(|tenure| tenure.range);
        let found = watches::find(&self.cluster.client, &self.pipeline, shard, |error, _| {
            let text = one_line(error);
            if status.cluster_failed(&text) {
                tracing::warn!(pipeline = &**name, "{text}; trying again");
            }
        });
        let found = found.await?;
        status.began(found.statuses());
        let cluster = self.cluster.name.as_deref();
        let sink = sinks::create(&self.pipeline.to, cluster.unwrap_or_default());
        let sink = sink.map_err(|error| one_line(&error))?;
        let transaction = sink.transaction();
        let is_transaction = transaction.is_some();
        let store = match (transaction, &self.common.checkpoints) {
            (Some(store), _) => store,
            (None, Some(store)) => store.open(name, fence.as_ref()).await?,
            (None, None) => return Err("nothing keeps how far it is".to_owned()),
        };
        let last = self.pipeline.needs_old_objects().then(LastObjects::default);
        let events = match &last {
            Some(last) => found.multiplexer.durable(&last.kept_in(store), name),
            None => found.multiplexer.durable(&store, name),
        };
        let events = events.map_err(|error| one_line(&error))?;
        let converter = Converter::new(
            &self.pipeline,
            cluster,
            &self.name,
            found.resources,
            last,
            self.common.key.clone(),
        )?;
        let outlet = Outlet {
            name: Arc::clone(name),
            sink,
            is_open: false,
            tenure,
            fence,
            dead_letters: self.common.dead_letters.clone(),
            status: Arc::clone(status),
            shutdown,
        };
        Ok(Instance { events, converter, outlet, is_transaction })
    }
}
