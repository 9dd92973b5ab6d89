//! Makes streams durable.

use std::sync::Arc;

use watch_runtime::{MultiplexingWatcher, Watcher};
use watchable_core::WatchTarget;

use crate::error::{DurableError, Kind};
use crate::part::Part;
use crate::source::Source;
use crate::store::CheckpointStore;
use crate::stream::DurableStream;

/// Adds durable streams to [`Watcher`] and [`MultiplexingWatcher`].
pub trait DurableExt {
    /// What the events carry.
    type Object;

    /// Returns the events of this watcher, or of all members of this multiplexer, from where the last commit under this
    /// name left off.
    ///
    /// The stream is managed, begins with the current state the first time, and repairs gaps:
    /// [`resource_version`](Watcher::resource_version), [`start_from`](Watcher::start_from) and
    /// [`repair_gaps`](Watcher::repair_gaps) do not apply. Members of a multiplexer have a checkpoint each, named
    /// `NAME/MEMBER`; those that are added later take no part.
    ///
    /// # Errors
    ///
    /// Fails if a stream of this name is in use in this process. All other errors are items of the stream, among them
    /// that the checkpoint is of another cluster, resource, namespace or selector: see
    /// [`is_mismatch`](DurableError::is_mismatch).
    fn durable<S>(
        self,
        checkpoints: &S,
        name: &str,
    ) -> Result<DurableStream<Self::Object>, DurableError>
    where
        S: CheckpointStore + Clone + 'static;
}

impl<T: WatchTarget + 'static> DurableExt for Watcher<T> {
    type Object = T::Item;

    fn durable<S>(self, checkpoints: &S, name: &str) -> Result<DurableStream<T::Item>, DurableError>
    where
        S: CheckpointStore + Clone + 'static,
    {
        stream(checkpoints, name, [(name.to_owned(), Box::new(self) as Box<dyn Source<T::Item>>)])
    }
}

impl<O: 'static> DurableExt for MultiplexingWatcher<O> {
    type Object = O;

    fn durable<S>(self, checkpoints: &S, name: &str) -> Result<DurableStream<O>, DurableError>
    where
        S: CheckpointStore + Clone + 'static,
    {
        let members = self.members().into_iter().map(|member| {
            (format!("{name}/{}", member.source()), Box::new(member) as Box<dyn Source<O>>)
        });
        stream(checkpoints, name, members)
    }
}

fn stream<O, S: CheckpointStore + Clone + 'static>(
    checkpoints: &S,
    name: &str,
    sources: impl IntoIterator<Item = (String, Box<dyn Source<O>>)>,
) -> Result<DurableStream<O>, DurableError> {
    let store: Arc<dyn CheckpointStore> = Arc::new(checkpoints.clone());
    let parts = sources.into_iter().map(|(stream, source)| {
        let claim = store
            .claim(&stream)
            .map_err(|source| DurableError::new(Kind::Load { stream: stream.clone(), source }))?;
        Ok(Part::new(stream, source, claim))
    });
    let parts = parts.collect::<Result<_, DurableError>>()?;
    Ok(DurableStream::new(store, name.to_owned(), parts))
}
