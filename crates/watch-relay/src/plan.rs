//! What a relay does at a time: its parts, and how they differ from those before.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cluster::Cluster;
use crate::config::{Config, ConfigError};
use crate::part::{Common, Part};

/// The parts of a relay, in the order of its configuration.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) parts: Vec<Arc<Part>>,
}

impl Plan {
    /// Makes the parts of a configuration. `kept` says of a part whether it is as it is in `before`: then it is the same.
    ///
    /// # Errors
    ///
    /// Names the cluster that is not there.
    pub(crate) fn new(
        config: &Config,
        clusters: &[Cluster],
        common: &Common,
        before: &Self,
        is_kept: impl Fn(&Part) -> bool,
    ) -> Result<Self, ConfigError> {
        let by_name: HashMap<&str, &Cluster> = clusters
            .iter()
            .map(|cluster| (cluster.name.as_deref().unwrap_or(""), cluster))
            .collect();
        let mut parts = Vec::new();
        for pipeline in &config.pipelines {
            let chosen: Vec<&Cluster> = if pipeline.clusters.is_empty() {
                clusters.iter().collect()
            } else {
                let chosen = pipeline.clusters.iter().map(|name| {
                    by_name.get(name.as_str()).copied().ok_or_else(|| {
                        let pipeline = &pipeline.name;
                        ConfigError::new(format!(
                            "pipeline {pipeline:?}: no cluster is named {name:?}"
                        ))
                    })
                });
                chosen.collect::<Result<_, _>>()?
            };
            for cluster in chosen {
                let part = Part::new(pipeline, cluster, common);
                let same = before.part(&part.name).filter(|_| is_kept(&part));
                parts.push(same.cloned().unwrap_or_else(|| Arc::new(part)));
            }
        }
        Ok(Self { parts })
    }

    pub(crate) fn part(&self, name: &str) -> Option<&Arc<Part>> {
        self.parts.iter().find(|part| *part.name == *name)
    }

    /// Whether this very part is in it.
    pub(crate) fn has(&self, part: &Arc<Part>) -> bool {
        self.parts.iter().any(|other| Arc::ptr_eq(other, part))
    }
}
