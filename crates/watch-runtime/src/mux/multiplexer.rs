//! The container of watchers: adds and removes them.

use std::any::TypeId;
use std::fmt;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use watchable_core::{Accepts, WatchTarget};

use crate::mux::member::{Key, MuxMember};
use crate::mux::members::Members;
use crate::mux::ready::Ready;
use crate::protocol::error::WatchError;
use crate::protocol::event::EventSource;
use crate::protocol::status::WatchStatus;
use crate::stream::control::StopHandle;
use crate::watcher::Watcher;

/// What is asked when a member fails; whether it is to go on.
pub(super) type Callback<O> = Arc<
    dyn Fn(MultiplexingWatcher<O>, MuxMember<O>, WatchError) -> BoxFuture<'static, bool>
        + Send
        + Sync,
>;

/// A container of watchers that streams like one: the events of all of them, one after the other.
///
/// Its items carry an `O`: an enum with `#[derive(Multiplexed)]`, which is matched exhaustively;
/// [`AnyObject`](watchable_core::AnyObject), for an open set of kinds; or one kind itself, where only
/// the places differ. A watcher whose objects do not fit does not compile.
///
/// Clones are handles of the same multiplexer: watchers may be added and removed, and the stream be
/// stopped, from inside the loop, from a callback, and from any other task or thread.
///
/// A member whose stream ends by itself (`quit_on_timeout`, or its own [`stop`](Watcher::stop)) rests until
/// the next [`stream`](Self::stream). One that fails is removed, unless
/// [a callback](Self::on_error) says otherwise. When no member is left that runs, the stream ends.
///
/// Nothing is queued between the members and the stream, and nothing spawned: what is not asked for
/// waits in the members' connections, and in the server. A busy member cannot starve a quiet one: each
/// that has something to say says one event in its turn.
pub struct MultiplexingWatcher<O> {
    pub(super) shared: Arc<Shared<O>>,
}

pub(super) struct Shared<O> {
    inner: Mutex<Inner<O>>,
    pub(super) stop: StopHandle,
}

pub(super) struct Inner<O> {
    pub(super) members: Members<O>,
    /// The stream that is to be told of a change.
    pub(super) streaming: Option<Arc<Ready>>,
    pub(super) callback: Option<Callback<O>>,
}

impl<O: 'static> MultiplexingWatcher<O> {
    /// One without members.
    pub fn new() -> Self {
        let inner = Inner { members: Members::default(), streaming: None, callback: None };
        let shared = Shared { inner: Mutex::new(inner), stop: StopHandle::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Asks `callback` when a member's stream ends with an error (one for which
    /// [`is_terminal`](WatchError::is_terminal) holds), with this multiplexer, the member and the error.
    ///
    /// If it returns true, the member streams again, after a wait that grows with each failure (at most
    /// 30 s); or if another watcher was added in its place meanwhile, that one: at once, or where what it
    /// replaces had failed in a row, after such a wait. If it returns false or panics, the member is
    /// removed, and so is what was added in its place. What is added under other names starts at once, each
    /// time: a callback that does so at every failure has to wait by itself (it may be async). Without a
    /// callback, failed members are removed, and only the log says so (`tracing`, level WARN).
    ///
    /// The callback runs while the stream is polled; in it, members may be added and removed and the
    /// stream be stopped. Where it has to wait for something, use [`on_error_async`](Self::on_error_async).
    pub fn on_error<F>(self, callback: F) -> Self
    where
        F: Fn(&Self, &MuxMember<O>, &WatchError) -> bool + Send + Sync + 'static,
    {
        self.on_error_async(move |mux, member, error| ready(callback(&mux, &member, &error)))
    }

    /// The same as [`on_error`](Self::on_error), with a callback that takes its time: the other members
    /// stream on while it does. Dropping the stream drops what it was waiting for.
    pub fn on_error_async<F, A>(self, callback: F) -> Self
    where
        F: Fn(Self, MuxMember<O>, WatchError) -> A + Send + Sync + 'static,
        A: Future<Output = bool> + Send + 'static,
    {
        self.lock().callback =
            Some(Arc::new(move |mux, member, error| callback(mux, member, error).boxed()));
        self
    }

    /// Adds a watcher under the type that it watches, in place of any that is there already, which is
    /// stopped. Of [`DynamicObject`](watchable_core::DynamicObject)s, each resource counts as a type. A
    /// running stream starts it at once.
    pub fn add_watcher<T>(&self, watcher: Watcher<T>)
    where
        T: WatchTarget + 'static,
        O: Accepts<T::Item>,
    {
        let resource = watcher.resource().clone();
        let source = EventSource::named(&resource.to_string());
        self.add(Key::Type(TypeId::of::<T::Item>(), resource), MuxMember::new(watcher, source));
    }

    /// Adds a watcher under a name, which its events tell as their [source](crate::WatchEvent::source),
    /// in place of any that has the name already, which is stopped. So one type can be watched in several
    /// namespaces or clusters at once.
    pub fn add_watcher_as<T>(&self, name: &str, watcher: Watcher<T>)
    where
        T: WatchTarget + 'static,
        O: Accepts<T::Item>,
    {
        let source = EventSource::named(name);
        self.add(Key::Name(name.into()), MuxMember::new(watcher, source));
    }

    pub(super) fn add(&self, key: Key, member: MuxMember<O>) {
        let mut inner = self.lock();
        if let Some(replaced) = inner.members.add(key.clone(), member) {
            replaced.stop();
        }
        inner.changed(key);
    }

    /// Removes the watcher of a type (the object's or the list's) that was added without a name, and
    /// stops it. Gives whether there was one. No event of it arrives any more: there is no queue in
    /// which one could wait.
    pub fn del_watcher<T>(&self) -> bool
    where
        T: WatchTarget,
    {
        let mut inner = self.lock();
        let removed = inner.members.keys_of_type(TypeId::of::<T::Item>());
        for key in &removed {
            inner.remove(key);
        }
        !removed.is_empty()
    }

    /// Removes the watcher that was added under a name, and stops it. Gives whether there was one. As
    /// with [`del_watcher`](Self::del_watcher), no event of it arrives any more.
    pub fn del_watcher_named(&self, name: &str) -> bool {
        self.remove(&Key::Name(name.into()))
    }

    pub(super) fn remove(&self, key: &Key) -> bool {
        self.lock().remove(key)
    }

    /// Ends the running stream at once, also while no event arrives. The members stay, and
    /// [`stream`](Self::stream) goes on from where managed ones were.
    pub fn stop(&self) {
        self.shared.stop.stop();
    }

    /// A handle that stops this multiplexer from elsewhere.
    pub fn stop_handle(&self) -> StopHandle {
        self.shared.stop.clone()
    }

    /// Whether a stream is running: one that was made, and has neither ended nor been dropped.
    pub fn is_running(&self) -> bool {
        self.shared.stop.is_running()
    }

    /// The members, in the order in which they were added.
    pub fn members(&self) -> Vec<MuxMember<O>> {
        self.lock().members.iter().map(|(_, member)| member.clone()).collect()
    }

    /// Where each member stands, with its source, in the order in which they were added. Members of one
    /// resource and of two types, such as two releases' Pods, have the same source unless they are named.
    pub fn status(&self) -> Vec<(EventSource, WatchStatus)> {
        let members = self.members();
        members
            .iter()
            .map(|member| (member.source().clone(), member.status().borrow().clone()))
            .collect()
    }

    /// Sound after each single change, so a panic elsewhere does no harm.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner<O>> {
        self.shared.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O> Inner<O> {
    pub(super) fn remove(&mut self, key: &Key) -> bool {
        let Some(removed) = self.members.remove(key) else { return false };
        removed.stop();
        self.changed(key.clone());
        true
    }

    fn changed(&self, key: Key) {
        if let Some(streaming) = &self.streaming {
            streaming.changed(key, self.members.len());
        }
    }
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
