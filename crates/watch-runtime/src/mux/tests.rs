//! Many members: the cost of adding and removing one.

mod failing_members;
mod outage;

use std::any::{Any, TypeId};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::watch;
use watch_protocol::machine::{Delivered, Delivery};
use watchable_core::{ResourceInfo, Scope, json};

use super::{MultiplexingWatcher, MuxMember, MuxStream};
use crate::mux::member::{ErasedWatcher, Key, MemberEvents, MemberOptions};
use crate::{ClusterUidError, EventSource, RawEvents, Restrictions, StreamOptions, WatchStatus};

static KIND: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const MANY: usize = 1_000;

/// A watcher whose streams this function creates.
struct FakeWatcher<F>(F);

impl<F: Fn() -> MemberEvents<()> + Send + Sync + 'static> ErasedWatcher<()> for FakeWatcher<F> {
    fn stream(&self, _: MemberOptions, _: EventSource) -> MemberEvents<()> {
        (self.0)()
    }

    fn stop(&self) {}

    fn resource(&self) -> &ResourceInfo {
        &KIND
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        watch::channel(WatchStatus::default()).1
    }

    fn raw_events(&self) -> RawEvents {
        unreachable!("nothing is stored")
    }

    fn resume_raw_events(&self, _: Delivered) -> RawEvents {
        unreachable!("nothing is stored")
    }

    fn decode(&self, _: &Delivery) -> Result<(), json::Error> {
        unreachable!("nothing is stored")
    }

    fn cluster_uid(&self, _: bool) -> BoxFuture<'static, Result<Option<String>, ClusterUidError>> {
        unreachable!("nothing is stored")
    }

    fn restrictions(&self) -> Restrictions {
        Restrictions::default()
    }

    fn item_type(&self) -> TypeId {
        TypeId::of::<()>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Returns a watcher without events, which counts how often its stream is polled.
fn idle_watcher(
    polls: &Arc<AtomicUsize>,
) -> FakeWatcher<impl Fn() -> MemberEvents<()> + Send + Sync + 'static> {
    let polls = Arc::clone(polls);
    FakeWatcher(move || -> MemberEvents<()> {
        let polls = Arc::clone(&polls);
        Box::pin(stream::poll_fn(move |_| {
            polls.fetch_add(1, Ordering::Relaxed);
            std::task::Poll::Pending
        }))
    })
}

fn add_as(mux: &MultiplexingWatcher<()>, name: &str, watcher: impl ErasedWatcher<()> + 'static) {
    let (watcher, source) = (Arc::new(watcher), EventSource::named(name));
    mux.add(Key::Name(name.into()), MuxMember { watcher, source });
}

fn add_idle(mux: &MultiplexingWatcher<()>, n: usize, polls: &Arc<AtomicUsize>) {
    add_as(mux, &n.to_string(), idle_watcher(polls));
}

/// Polls until the stream is pending.
fn poll(events: &mut MuxStream<()>) {
    while events.next().now_or_never().is_some() {}
}

#[tokio::test]
async fn adding_or_removing_a_member_polls_no_other_member() {
    let mux = MultiplexingWatcher::new();
    let polls = Arc::default();
    add_idle(&mux, 0, &polls);
    let mut events = mux.stream(StreamOptions::managed());
    poll(&mut events);
    for n in 1..MANY {
        add_idle(&mux, n, &polls);
        poll(&mut events);
    }
    assert_eq!((events.member_syncs, polls.load(Ordering::Relaxed)), (MANY, MANY));
    // Replaces another member.
    add_idle(&mux, 7, &polls);
    poll(&mut events);
    assert_eq!((events.member_syncs, polls.load(Ordering::Relaxed)), (MANY + 1, MANY + 1));
    for n in 0..MANY - 1 {
        assert!(mux.del_watcher_named(&n.to_string()));
        poll(&mut events);
    }
    assert_eq!((events.member_syncs, polls.load(Ordering::Relaxed)), (2 * MANY, MANY + 1));
    assert!(mux.del_watcher_named(&(MANY - 1).to_string()));
    assert!(events.next().now_or_never().unwrap().is_none());
}

#[tokio::test]
async fn changes_between_two_polls_are_synchronized_in_one_pass() {
    let mux = MultiplexingWatcher::new();
    let polls = Arc::default();
    for n in 0..MANY {
        add_idle(&mux, n, &polls);
    }
    let mut events = mux.stream(StreamOptions::managed());
    for _ in 0..MANY {
        poll(&mut events);
    }
    assert_eq!((events.member_syncs, polls.load(Ordering::Relaxed)), (MANY, MANY));
    // More changes than are recorded one by one.
    for n in MANY..4 * MANY {
        add_idle(&mux, n, &polls);
        assert!(mux.del_watcher_named(&(n - MANY).to_string()));
    }
    for _ in 0..MANY {
        poll(&mut events);
    }
    let names = |n: usize| n.to_string();
    let left: Vec<_> = mux.members().iter().map(|member| member.source().to_string()).collect();
    assert_eq!(left, (3 * MANY..4 * MANY).map(names).collect::<Vec<_>>());
    assert_eq!(events.slots(), MANY);
    assert_eq!(polls.load(Ordering::Relaxed), 2 * MANY);
    assert!(events.member_syncs <= 4 * MANY, "{} member syncs", events.member_syncs);
}
