//! The handle of a multiplexer.

use std::any::TypeId;
use std::fmt;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use watch_protocol::{EventSource, WatchError, WatchStatus, Wire};
use watchable_core::{Accepts, WatchTarget};

use crate::mux::member::{Key, MuxMember};
use crate::mux::shared_state::SharedState;
use crate::stream::stop::StopHandle;
use crate::watcher::Watcher;

/// Decides whether a failed member streams again.
pub(super) type ErrorCallback<O> = Arc<
    dyn Fn(MultiplexingWatcher<O>, MuxMember<O>, WatchError) -> BoxFuture<'static, bool>
        + Send
        + Sync,
>;

/// A set of watchers whose events are merged into one stream.
///
/// The stream's events carry an `O`. Use an enum with `#[derive(Multiplexed)]` to match exhaustively,
/// [`AnyObject`](watchable_core::AnyObject) for an open set of kinds, or the type itself if all members
/// watch the same kind in different places. Adding a watcher whose objects do not convert into `O` does
/// not compile.
///
/// Clones are handles of the same multiplexer. Watchers can be added and removed, and the stream
/// stopped, from within the loop over its events, from a callback, and from any other task or thread.
///
/// A member whose stream ends without an error (`quit_on_timeout`, or its own [`stop`](Watcher::stop))
/// stays idle until the next call to [`stream`](Self::stream). A member that fails is removed, unless an
/// [error callback](Self::on_error) decides otherwise. The stream ends when no member is running.
///
/// There is no queue between the members and the stream, and no task is spawned per member. Events that
/// the consumer has not polled for stay in the members' connections and on the server. Members take
/// turns, one event each, so that a busy member does not starve the others.
pub struct MultiplexingWatcher<O> {
    shared: Arc<Shared<O>>,
}

struct Shared<O> {
    state: Mutex<SharedState<O>>,
    callback: Mutex<Option<ErrorCallback<O>>>,
    stop: StopHandle,
}

impl<O: 'static> MultiplexingWatcher<O> {
    /// Creates a multiplexer without members.
    pub fn new() -> Self {
        let shared = Shared {
            state: Mutex::default(),
            callback: Mutex::default(),
            stop: StopHandle::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Sets the callback that decides what happens when a member's stream ends with an error (one for
    /// which [`is_terminal`](WatchError::is_terminal) returns true). It receives this multiplexer, the
    /// member and the error.
    ///
    /// If the callback returns true, the member streams again after a backoff that grows with each
    /// failure, up to 30 s. If the callback has put another watcher in the member's place, that watcher
    /// starts instead: immediately, or after the same backoff if the member it replaces had failed
    /// repeatedly.
    ///
    /// If the callback returns false or panics, the member is removed, along with any watcher that was
    /// put in its place.
    ///
    /// Watchers that the callback adds under other names always start immediately. A callback that does
    /// this on every failure has to wait itself; see [`on_error_async`](Self::on_error_async).
    ///
    /// Without a callback, failed members are removed, which is only logged (`tracing`, level WARN).
    ///
    /// The callback runs while the stream is polled. It may add and remove members and stop the stream,
    /// but must not block; use [`on_error_async`](Self::on_error_async) to wait for something.
    pub fn on_error<F>(self, callback: F) -> Self
    where
        F: Fn(&Self, &MuxMember<O>, &WatchError) -> bool + Send + Sync + 'static,
    {
        self.on_error_async(move |mux, member, error| ready(callback(&mux, &member, &error)))
    }

    /// Sets an asynchronous error callback, with the same effect as [`on_error`](Self::on_error). The
    /// other members keep streaming while it runs. Dropping the stream drops its future.
    pub fn on_error_async<F, A>(self, callback: F) -> Self
    where
        F: Fn(Self, MuxMember<O>, WatchError) -> A + Send + Sync + 'static,
        A: Future<Output = bool> + Send + 'static,
    {
        let callback: ErrorCallback<O> =
            Arc::new(move |mux, member, error| callback(mux, member, error).boxed());
        *lock(&self.shared.callback) = Some(callback);
        self
    }

    /// Sets [`give_up_after`](Watcher::give_up_after) for members that do not set it themselves. It takes
    /// effect at the next call to [`stream`](Self::stream).
    ///
    /// By default, members do not fail because a server is away: see [`Watcher::give_up_after`]. With
    /// [`Duration::ZERO`], a member fails at the first failure of its stream, which removes it unless the
    /// [error callback](Self::on_error) returns true.
    pub fn give_up_after(self, time: Duration) -> Self {
        self.lock().defaults.give_up_after = Some(time);
        self
    }

    /// Sets [`wire`](Watcher::wire) for members that do not set it themselves and whose type decodes from protobuf; the
    /// others keep JSON. It takes effect at the next call to [`stream`](Self::stream).
    pub fn wire(self, wire: Wire) -> Self {
        self.lock().defaults.wire = Some(wire);
        self
    }

    /// Adds a watcher, with the type that it watches as its key. A watcher that was added for the same
    /// type without a name is stopped and replaced. Each resource of
    /// [`DynamicObject`](watchable_core::DynamicObject) counts as a type of its own. A running stream
    /// starts the watcher immediately.
    pub fn add_watcher<T>(&self, watcher: Watcher<T>)
    where
        T: WatchTarget + 'static,
        O: Accepts<T::Item>,
    {
        let resource = watcher.resource().clone();
        let source = EventSource::named(&resource.to_string());
        self.add(Key::Type(TypeId::of::<T::Item>(), resource), MuxMember::new(watcher, source));
    }

    /// Adds a watcher under a name, which its events carry as their
    /// [source](crate::WatchEvent::source). A watcher that was added under the same name is stopped and
    /// replaced. Names allow one type to be watched in several namespaces or clusters.
    pub fn add_watcher_as<T>(&self, name: &str, watcher: Watcher<T>)
    where
        T: WatchTarget + 'static,
        O: Accepts<T::Item>,
    {
        let source = EventSource::named(name);
        self.add(Key::Name(name.into()), MuxMember::new(watcher, source));
    }

    pub(super) fn add(&self, key: Key, member: MuxMember<O>) {
        let mut state = self.lock();
        if let Some(replaced) = state.members.insert(key.clone(), member) {
            replaced.stop();
        }
        state.notify_changed(key);
    }

    /// Removes and stops the watchers of a type (the object's or the list's) that were added without a
    /// name. Returns whether there was any.
    ///
    /// The stream yields no event of a removed watcher after this method has returned: there is no queue
    /// that could still hold one.
    pub fn del_watcher<T>(&self) -> bool
    where
        T: WatchTarget,
    {
        let mut state = self.lock();
        let removed = state.members.keys_of_type(TypeId::of::<T::Item>());
        for key in &removed {
            state.remove(key);
        }
        !removed.is_empty()
    }

    /// Removes and stops the watcher that was added under a name. Returns whether there was one. As with
    /// [`del_watcher`](Self::del_watcher), the stream yields no further event of it.
    pub fn del_watcher_named(&self, name: &str) -> bool {
        self.remove(&Key::Name(name.into()))
    }

    pub(super) fn remove(&self, key: &Key) -> bool {
        self.lock().remove(key)
    }

    /// Ends the running stream immediately, even while it waits for an event. The members stay, and
    /// managed ones resume from their last version on the next call to [`stream`](Self::stream).
    pub fn stop(&self) {
        self.shared.stop.stop();
    }

    /// Returns a handle that stops this multiplexer's stream from another task or thread.
    pub fn stop_handle(&self) -> StopHandle {
        self.shared.stop.clone()
    }

    /// Returns whether a stream is running: it was created, and has neither ended nor been dropped.
    pub fn is_running(&self) -> bool {
        self.shared.stop.is_running()
    }

    /// Returns the members in insertion order.
    pub fn members(&self) -> Vec<MuxMember<O>> {
        self.lock().members.iter().map(|(_, member)| member.clone()).collect()
    }

    /// Returns the source and status of each member, in insertion order. Unnamed members that watch the
    /// same resource through two types, such as the Pods of two releases, have the same source.
    pub fn status(&self) -> Vec<(EventSource, WatchStatus)> {
        let members = self.members();
        members
            .iter()
            .map(|member| (member.source().clone(), member.status().borrow().clone()))
            .collect()
    }

    pub(super) fn stop_control(&self) -> &StopHandle {
        &self.shared.stop
    }

    pub(super) fn error_callback(&self) -> Option<ErrorCallback<O>> {
        lock(&self.shared.callback).clone()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, SharedState<O>> {
        lock(&self.shared.state)
    }
}

/// Ignores poisoning: each single change leaves the state valid.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<O> Clone for MultiplexingWatcher<O> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<O: 'static> Default for MultiplexingWatcher<O> {
    fn default() -> Self {
        Self::new()
    }
}

impl<O: 'static> fmt::Debug for MultiplexingWatcher<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiplexingWatcher")
            .field("members", &self.members())
            .field("running", &self.is_running())
            .finish()
    }
}
