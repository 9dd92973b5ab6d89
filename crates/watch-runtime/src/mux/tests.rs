//! Many members: how much work it is to add and to remove one.

mod failing;

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::watch;
use watchable_core::{ResourceInfo, Scope};

use super::member::{Events, Key, Watches};
use super::{MultiplexingWatcher, MuxMember, MuxStream};
use crate::{EventSource, StreamOptions, WatchStatus};

static KIND: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const MANY: usize = 1_000;

/// A member whose streams are what this makes.
struct Member<F>(F);

impl<F: Fn() -> Events<()> + Send + Sync + 'static> Watches<()> for Member<F> {
    fn stream(&self, _: StreamOptions, _: EventSource) -> Events<()> {
        (self.0)()
    }

    fn stop(&self) {}

    fn resource(&self) -> &ResourceInfo {
        &KIND
    }

    fn status(&self) -> watch::Receiver<WatchStatus> {
        watch::channel(WatchStatus::default()).1
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One on which nothing happens; it counts how often it is asked whether something has.
fn quiet(polls: &Arc<AtomicUsize>) -> Member<impl Fn() -> Events<()> + Send + Sync + 'static> {
    let polls = Arc::clone(polls);
    Member(move || -> Events<()> {
        let polls = Arc::clone(&polls);
        Box::pin(stream::poll_fn(move |_| {
            polls.fetch_add(1, Ordering::Relaxed);
            std::task::Poll::Pending
        }))
    })
}

fn add_member(mux: &MultiplexingWatcher<()>, name: &str, watcher: impl Watches<()> + 'static) {
    let (watcher, source) = (Arc::new(watcher), EventSource::named(name));
    mux.add(Key::Name(name.into()), MuxMember { watcher, source });
}

fn add(mux: &MultiplexingWatcher<()>, n: usize, polls: &Arc<AtomicUsize>) {
    add_member(mux, &n.to_string(), quiet(polls));
}

/// Polls until nothing is to be done.
fn poll(events: &mut MuxStream<()>) {
    while events.next().now_or_never().is_some() {}
}

#[tokio::test]
async fn adding_and_removing_one_of_many_touches_no_other() {
    let mux = MultiplexingWatcher::new();
    let polls = Arc::default();
    add(&mux, 0, &polls);
    let mut events = mux.stream(StreamOptions::managed());
    poll(&mut events);
    for n in 1..MANY {
        add(&mux, n, &polls);
        poll(&mut events);
    }
    assert_eq!((events.looks, polls.load(Ordering::Relaxed)), (MANY, MANY));
    // In place of another.
    add(&mux, 7, &polls);
    poll(&mut events);
    assert_eq!((events.looks, polls.load(Ordering::Relaxed)), (MANY + 1, MANY + 1));
    for n in 0..MANY - 1 {
        assert!(mux.del_watcher_named(&n.to_string()));
        poll(&mut events);
    }
    assert_eq!((events.looks, polls.load(Ordering::Relaxed)), (2 * MANY, MANY + 1));
    assert!(mux.del_watcher_named(&(MANY - 1).to_string()));
    assert!(events.next().now_or_never().unwrap().is_none());
}

#[tokio::test]
async fn many_that_come_and_go_between_two_polls_are_looked_at_once() {
    let mux = MultiplexingWatcher::new();
    let polls = Arc::default();
    for n in 0..MANY {
        add(&mux, n, &polls);
    }
    let mut events = mux.stream(StreamOptions::managed());
    for _ in 0..MANY {
        poll(&mut events);
    }
    assert_eq!((events.looks, polls.load(Ordering::Relaxed)), (MANY, MANY));
    // More changes than are told one by one.
    for n in MANY..4 * MANY {
        add(&mux, n, &polls);
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
    assert!(events.looks <= 4 * MANY, "{} looks", events.looks);
}
