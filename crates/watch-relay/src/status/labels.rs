//! What the metrics of a pipeline on a cluster are labelled with.

use std::sync::Arc;

/// What the metrics of a pipeline on a cluster are labelled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    pub(crate) pipeline: Arc<str>,
    /// The cluster's name, if it has one.
    pub(crate) cluster: Option<Arc<str>>,
    /// What kind of sink it has.
    pub(crate) sink: &'static str,
}

impl Labels {
    /// Whether they are of the same pipeline and cluster.
    pub(crate) fn are_of(&self, other: &Self) -> bool {
        self.pipeline == other.pipeline && self.cluster == other.cluster
    }
}
