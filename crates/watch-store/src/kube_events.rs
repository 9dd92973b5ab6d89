//! The changes of a store in the form of kube-runtime's `watcher`, for its reflectors and controllers.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use kube_client::core::Resource;
use kube_runtime::watcher::{self, Event};
use serde::de::DeserializeOwned;
use watch_runtime::Kube;

use crate::mailbox::{Item, Transition};
use crate::store::Store;
use crate::subscription::Subscription;
use crate::wait;

impl<K> Store<Kube<K>>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Clone + Send + Sync + 'static,
{
    /// Returns the objects and changes of the store as a stream of kube-runtime's `watcher` events, to be passed to its
    /// `reflector` or `Controller`: any number of them can be fed by one watch.
    ///
    /// It begins with `Init`, an `InitApply` for each existing object and `InitDone` once the store is ready; `Apply` and
    /// `Delete` follow. `Init` occurs once only. If the consumer is too slow, the newest state of each object takes the
    /// place of what it has missed. kube's types own their objects, so each is copied.
    ///
    /// kube's stores know an object by namespace and name alone: of several sources, none may have an object of the same
    /// name as another's.
    ///
    /// # Errors
    ///
    /// If all sources of the store have ended, and not all of them because they were stopped, the last item is a `watcher::Error::WatchFailed`, whose source chain contains a
    /// [`WaitError`](crate::WaitError).
    pub fn kube_events(&self) -> StoreEvents<K> {
        let changes = self.subscribe();
        StoreEvents { changes, progress: Progress::NotStarted, deleted: VecDeque::new() }
    }
}

/// The stream of [`Store::kube_events`].
///
/// Cancel safety is that of [`Subscription`].
#[must_use = "streams do nothing unless polled"]
pub struct StoreEvents<K: Send + Sync + 'static> {
    changes: Subscription<Kube<K>>,
    progress: Progress,
    /// Objects deleted before `InitDone`. Until then, kube's stores fill a buffer from which nothing can be removed.
    deleted: VecDeque<Transition<Kube<K>>>,
}

/// How much of the initial list was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// `Init` is yet to be delivered.
    NotStarted,
    InitialList,
    /// `InitDone` was delivered.
    Synced,
    /// The last item was delivered.
    Ended,
}

impl<K: Clone + Send + Sync + 'static> StoreEvents<K> {
    fn event(&mut self, change: Transition<Kube<K>>) -> Option<Event<K>> {
        let shared = &self.changes.handle().shared;
        match (&change.before, &change.after, self.progress) {
            (_, Some(after), Progress::Synced) => Some(Event::Apply(shared.open(after).0.clone())),
            (_, Some(after), _) => {
                // It has taken the place of one of its name that was deleted.
                self.deleted.retain(|deleted| {
                    deleted.before.as_ref().is_none_or(|deleted| deleted.key != after.key)
                });
                Some(Event::InitApply(shared.open(after).0.clone()))
            }
            (Some(before), None, Progress::Synced) => {
                Some(Event::Delete(shared.open(before).0.clone()))
            }
            _ => {
                self.deleted.push_back(change);
                None
            }
        }
    }
}

impl<K: Clone + Send + Sync + 'static> Stream for StoreEvents<K> {
    type Item = watcher::Result<Event<K>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match this.progress {
            Progress::NotStarted => {
                this.progress = Progress::InitialList;
                return Poll::Ready(Some(Ok(Event::Init)));
            }
            Progress::Synced => {
                if let Some(event) = this.deleted.pop_front().and_then(|gone| this.event(gone)) {
                    return Poll::Ready(Some(Ok(event)));
                }
            }
            Progress::InitialList => {}
            Progress::Ended => return Poll::Ready(None),
        }
        loop {
            match this.changes.poll_item(cx) {
                Poll::Ready(Some(Item::Change(change))) => {
                    if let Some(event) = this.event(change) {
                        return Poll::Ready(Some(Ok(event)));
                    }
                }
                Poll::Ready(Some(Item::Ready)) => {
                    this.progress = Progress::Synced;
                    return Poll::Ready(Some(Ok(Event::InitDone)));
                }
                Poll::Ready(None) => {
                    this.progress = Progress::Ended;
                    let error = wait::ended(&this.changes.handle().shared);
                    let failed = error.is_failure().then(|| {
                        Err(watcher::Error::WatchFailed(kube_client::Error::Service(error.into())))
                    });
                    return Poll::Ready(failed);
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<K: Send + Sync + 'static> fmt::Debug for StoreEvents<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreEvents").field("progress", &self.progress).finish_non_exhaustive()
    }
}
