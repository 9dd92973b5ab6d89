//! A watcher's stream as kube-runtime's `watcher` would tell it, for its reflectors and controllers.

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

use crate::kube_interop::kube::Kube;
use crate::protocol::error::WatchError;
use crate::protocol::event::{EventType, WatchEvent};
use crate::protocol::options::StreamOptions;
use crate::protocol::settings::{Settings, StartFrom};
use crate::stream::WatchStream;
use crate::watcher::Watcher;

impl<K> Watcher<Kube<K>>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    /// Streams what kube-runtime's own `watcher` would: feed its `reflector` or `Controller` with it.
    ///
    /// It is a [managed](StreamOptions::managed) stream, which begins anew each time: `Init`, an
    /// `InitApply` for every object that there is, `InitDone`, then `Apply` and `Delete`. There is never
    /// a second `Init`: whatever cuts the stream off, and when the server no longer has the events that
    /// come next (410), what has changed in between comes as `Apply` and `Delete`, and nothing twice. So
    /// [`resource_version`](Self::resource_version), [`start_from`](Self::start_from) and
    /// [`repair_gaps`](Self::repair_gaps), which would leave a store without its beginning or with what
    /// is long gone, count for nothing here.
    ///
    /// An object that is deleted while the first state is still coming is told as deleted after `InitDone`.
    ///
    /// # Errors
    ///
    /// Items, as with [`stream`](Self::stream). A server's refusal is `watcher::Error::WatchError` with the
    /// server's `Status`, whose message also says what was watched; all else is
    /// `watcher::Error::WatchFailed`, whose source leads to the [`WatchError`].
    pub fn kube_events(&self) -> KubeEvents<K> {
        let settings = Settings {
            start_from: StartFrom::CurrentState,
            ends_at_gaps: false,
            ..self.settings().clone()
        };
        self.begin_anew();
        KubeEvents {
            stream: self.stream_with(settings, StreamOptions::managed()),
            state: State::Unsaid,
            deleted: BTreeMap::new(),
            queue: VecDeque::new(),
        }
    }
}

/// The stream of [`Watcher::kube_events`]. What is said of [`WatchStream`] holds for it too.
#[must_use = "streams do nothing unless polled"]
pub struct KubeEvents<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    stream: WatchStream<Kube<K>>,
    state: State,
    /// What was deleted before the first state was whole, by namespace and name. kube's stores fill a
    /// buffer until then, from which nothing can be taken out.
    deleted: BTreeMap<(Option<String>, String), K>,
    queue: VecDeque<watcher::Result<Event<K>>>,
}

/// How much of the first state has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unsaid,
    Coming,
    Whole,
}

impl<K> KubeEvents<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    fn tell(&mut self, event: WatchEvent<Kube<K>>) {
        let WatchEvent { etype, obj: Kube(object), .. } = event;
        let told = match (self.state, etype) {
            (State::Whole, EventType::Deleted) => Event::Delete(object),
            (State::Whole, _) => Event::Apply(object),
            (_, EventType::Deleted) => {
                self.deleted.insert((object.namespace(), object.name_any()), object);
                return;
            }
            (..) => {
                // Another one of that name takes its place, also in a store.
                self.deleted.remove(&(object.namespace(), object.name_any()));
                Event::InitApply(object)
            }
        };
        self.queue.push_back(Ok(told));
    }

    fn state_is_whole(&mut self) {
        self.state = State::Whole;
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
        if this.state == State::Unsaid {
            this.state = State::Coming;
            return Poll::Ready(Some(Ok(Event::Init)));
        }
        while this.queue.is_empty() {
            let polled = Pin::new(&mut this.stream).poll_next(cx);
            // The state is whole between two events: this one, if there is one, came after it.
            if this.state == State::Coming && this.stream.state_is_told() {
                this.state_is_whole();
            }
            match polled {
                Poll::Ready(Some(Ok(event))) => this.tell(event),
                Poll::Ready(Some(Err(error))) => this.queue.push_back(Err(kube_error(error))),
                Poll::Ready(None) if this.queue.is_empty() => return Poll::Ready(None),
                Poll::Pending if this.queue.is_empty() => return Poll::Pending,
                // It says so again after what is queued.
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
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// The error as kube-runtime has it.
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
    let told = Status::failure(&error.to_string(), &status.reason);
    watcher::Error::WatchError(Box::new(told.with_code(status.code).with_details(details)))
}
