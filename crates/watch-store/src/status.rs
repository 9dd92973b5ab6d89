//! The status of a store and of its sources.

use std::sync::Arc;

use watch_runtime::{EventSource, Phase, WatchError, WatchStatus};
use watchable_core::ResourceInfo;

use crate::key::ObjectKey;
use crate::progress::End;
use crate::shared::Shared;

/// The status of a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreStatus {
    /// Objects in the store.
    pub objects: usize,
    /// Objects that did not decode: see [`Store::undecodable`](crate::Store::undecodable).
    pub undecodable: usize,
    /// Whether the first state of each source is whole.
    pub is_ready: bool,
    /// Whether each source is delivering live events now.
    pub is_live: bool,
    /// The sources, in the order in which they were added.
    pub sources: Vec<SourceStatus>,
}

/// The status of a store's source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SourceStatus {
    /// The source's name; empty if the store has only one.
    pub source: EventSource,
    /// The resource that it watches.
    pub resource: ResourceInfo,
    /// Whether its first state is whole.
    pub is_ready: bool,
    /// The resource version up to which the store has everything from it.
    pub resource_version: Option<String>,
    /// The status of its watcher.
    pub watch: WatchStatus,
    /// Whether it delivers nothing any more. What it has delivered stays in the store.
    pub has_ended: bool,
    /// The error with which it has ended.
    pub error: Option<Arc<WatchError>>,
}

/// An object that did not decode.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Undecodable {
    /// The object's namespace and name.
    pub key: ObjectKey,
    /// The source that it comes from.
    pub source: EventSource,
    /// What is wrong with it.
    pub error: Arc<WatchError>,
}

/// Whether each source is delivering live events.
pub(crate) fn is_live<V>(shared: &Shared<V>) -> bool {
    let is_live = |(_, source): &(_, Box<dyn crate::source::Source>)| {
        source.status().borrow().phase == Phase::Live
    };
    let progress = shared.progress.borrow();
    let goes_on = progress.sources.iter().all(|source| source.end.is_none());
    progress.is_ready() && goes_on && shared.sources.iter().all(is_live)
}

pub(crate) fn status<V>(shared: &Shared<V>) -> StoreStatus {
    let (objects, undecodable) = {
        let tables = shared.read();
        (tables.state().len(), tables.undecodable.len())
    };
    let progress = shared.progress.borrow().clone();
    let sources = shared.sources.iter().zip(&progress.sources).map(|((name, source), progress)| {
        let error = match &progress.end {
            Some(End::Failed(error)) => Some(Arc::clone(error)),
            _ => None,
        };
        SourceStatus {
            source: name.clone(),
            resource: source.resource().clone(),
            is_ready: progress.has_synced,
            resource_version: progress.version.clone(),
            watch: source.status().borrow().clone(),
            has_ended: progress.end.is_some(),
            error,
        }
    });
    StoreStatus {
        objects,
        undecodable,
        is_ready: progress.is_ready(),
        is_live: is_live(shared),
        sources: sources.collect(),
    }
}

pub(crate) fn undecodable<V>(shared: &Shared<V>) -> Vec<Undecodable> {
    let tables = shared.read();
    let undecodable = tables.undecodable.iter().map(|((source, key), error)| Undecodable {
        key: key.clone(),
        source: shared.source_name(*source),
        error: Arc::clone(error),
    });
    let mut undecodable: Vec<_> = undecodable.collect();
    drop(tables);
    undecodable.sort_by(|a, b| (&a.key, &a.source).cmp(&(&b.key, &b.source)));
    undecodable
}
