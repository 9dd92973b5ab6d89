//! A watcher's events in the form of kube-runtime's `watcher`, for its reflectors and controllers.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;
use kube_client::Error;
use kube_client::core::response::{Status, StatusCause, StatusDetails};
use kube_client::core::{Resource, ResourceExt as _};
use kube_runtime::watcher::{self, Event};
use serde::de::DeserializeOwned;
use watch_protocol::{EventType, StreamOptions, WatchError, WatchEvent};

use crate::kube_interop::kube::Kube;
use crate::stream::WatchStream;
use crate::watcher::Watcher;

impl<K> Watcher<Kube<K>>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    /// Returns a stream of kube-runtime's `watcher` events, to be passed to its `reflector` or
    /// `Controller`.
    ///
    /// It is a [managed](StreamOptions::managed) stream that always begins with the current state:
    /// `Init`, an `InitApply` for each existing object, `InitDone`, then `Apply` and `Delete`. `Init`
    /// occurs once only. After a disconnect, and after a 410, what has changed in between is delivered
    /// as `Apply` and `Delete`, each change once.
    ///
    /// [`resource_version`](Self::resource_version), [`start_from`](Self::start_from) and
    /// [`repair_gaps`](Self::repair_gaps) are ignored: they would leave a store without its initial
    /// objects, or with objects that were deleted long ago.
    ///
    /// An object that is deleted during the initial list is delivered as `InitApply`, and as `Delete`
    /// after `InitDone`.
    ///
    /// # Errors
    ///
    /// Errors are items, as with [`stream`](Self::stream). A rejection by the server becomes
    /// `watcher::Error::WatchError` with the server's `Status`, whose message also says what was
    /// watched. Any other error becomes `watcher::Error::WatchFailed`, whose source chain contains the
    /// [`WatchError`].
    pub fn kube_events(&self) -> KubeEvents<K> {
        let settings = self.reset_to_current_state();
        KubeEvents {
            stream: self.stream_with(settings, StreamOptions::managed()),
            progress: Progress::NotStarted,
            deleted: BTreeMap::new(),
            queue: VecDeque::new(),
        }
    }
}

/// The stream of [`Watcher::kube_events`].
///
/// Cancel safety, logs and panics are those of [`WatchStream`].
#[must_use = "streams do nothing unless polled"]
pub struct KubeEvents<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    stream: WatchStream<Kube<K>>,
    progress: Progress,
    /// Objects deleted during the initial list, by namespace and name. Until `InitDone`, kube's stores
    /// fill a buffer from which nothing can be removed.
    deleted: BTreeMap<(Option<String>, String), K>,
    queue: VecDeque<watcher::Result<Event<K>>>,
}

/// How much of the initial list was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// `Init` is yet to be delivered.
    NotStarted,
    InitialList,
    /// `InitDone` was delivered.
    Synced,
}

impl<K> KubeEvents<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    fn push(&mut self, event: WatchEvent<Kube<K>>) {
        let WatchEvent { etype, obj: Kube(object), .. } = event;
        let event = match (self.progress, etype) {
            (Progress::Synced, EventType::Deleted) => Event::Delete(object),
            (Progress::Synced, _) => Event::Apply(object),
            (_, EventType::Deleted) => {
                self.deleted.insert((object.namespace(), object.name_any()), object);
                return;
            }
            (..) => {
                // Recreated under the same name: the new object replaces the old one in a store, too.
                self.deleted.remove(&(object.namespace(), object.name_any()));
                Event::InitApply(object)
            }
        };
        self.queue.push_back(Ok(event));
    }

    fn complete_initial_list(&mut self) {
        self.progress = Progress::Synced;
        self.queue.push_back(Ok(Event::InitDone));
        let deleted = std::mem::take(&mut self.deleted).into_values();
        self.queue.extend(deleted.map(|object| Ok(Event::Delete(object))));
    }
}

impl<K> Stream for KubeEvents<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + Unpin + 'static,
{
    type Item = watcher::Result<Event<K>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.progress == Progress::NotStarted {
            this.progress = Progress::InitialList;
            return Poll::Ready(Some(Ok(Event::Init)));
        }
        while this.queue.is_empty() {
            let polled = Pin::new(&mut this.stream).poll_next(cx);
            // The list is complete before the polled event, if any, was received.
            if this.progress == Progress::InitialList && this.stream.has_delivered_initial_list() {
                this.complete_initial_list();
            }
            match polled {
                Poll::Ready(Some(Ok(event))) => this.push(event),
                Poll::Ready(Some(Err(error))) => this.queue.push_back(Err(kube_error(error))),
                Poll::Ready(None) if this.queue.is_empty() => return Poll::Ready(None),
                Poll::Pending if this.queue.is_empty() => return Poll::Pending,
                // Polled again once the queue is empty.
                Poll::Ready(None) | Poll::Pending => {}
            }
        }
        Poll::Ready(this.queue.pop_front())
    }
}

impl<K> FusedStream for KubeEvents<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + Unpin + 'static,
{
    fn is_terminated(&self) -> bool {
        self.queue.is_empty() && self.stream.is_terminated()
    }
}

impl<K> fmt::Debug for KubeEvents<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KubeEvents")
            .field("stream", &self.stream)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// Converts an error into kube-runtime's.
fn kube_error(error: WatchError) -> watcher::Error {
    let Some(status) = error.status() else {
        return watcher::Error::WatchFailed(Error::Service(error.into()));
    };
    let causes = status.details.causes.iter().map(|cause| StatusCause {
        reason: cause.reason.clone(),
        message: cause.message.clone(),
        field: cause.field.clone(),
    });
    let details = StatusDetails {
        name: status.details.name.clone(),
        group: status.details.group.clone(),
        kind: status.details.kind.clone(),
        causes: causes.collect(),
        retry_after_seconds: status.details.retry_after_seconds.unwrap_or_default(),
        uid: String::new(),
    };
    let failure = Status::failure(&error.to_string(), &status.reason);
    watcher::Error::WatchError(Box::new(failure.with_code(status.code).with_details(details)))
}
