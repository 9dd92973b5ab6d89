//! Members that fail, in virtual time: what the callback may do, and that nothing of it spins.

use std::sync::Mutex;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::{Instant, timeout};

use super::*;
use crate::WatchError;
use crate::protocol::error::Kind;
use crate::testing::log_capture::logged;

const HOUR: Duration = Duration::from_hours(1);

/// Adds a member each of whose streams fails when it has lasted for so long.
fn add_failing(mux: &MultiplexingWatcher<()>, lasts: Duration) {
    let fails = Member(move || -> Events<()> {
        Box::pin(stream::once(async move {
            if !lasts.is_zero() {
                tokio::time::sleep(lasts).await;
            }
            let kind = Kind::Setting { name: "namespace", reason: "on purpose".to_owned() };
            Err(WatchError::new("failing", kind))
        }))
    });
    add_member(mux, "fails", fails);
}

/// Streams for an hour. At which seconds the callback was asked, which does this and says true.
async fn asked(
    lasts: Duration,
    does: impl Fn(&MultiplexingWatcher<()>) + Send + Sync + 'static,
) -> Vec<u64> {
    let (start, asked) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let tell = Arc::clone(&asked);
    let mux = MultiplexingWatcher::new().on_error(move |mux, _, _| {
        tell.lock().unwrap().push(start.elapsed().as_secs());
        does(mux);
        true
    });
    add_failing(&mux, lasts);
    let mut events = mux.stream(StreamOptions::managed());
    assert!(timeout(HOUR, events.next()).await.is_err(), "it goes on trying");
    let asked = asked.lock().unwrap();
    asked.clone()
}

/// The waits grow to anything up to 30 s: there are some 240 of them in an hour.
fn is_slow(asked: &[u64]) {
    assert!((150..400).contains(&asked.len()), "{} times in an hour", asked.len());
    let soon = asked.iter().filter(|second| **second < 10).count();
    assert!(soon > 3, "it does not begin with long waits: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_always_says_true_does_not_spin() {
    is_slow(&asked(Duration::ZERO, |_| {}).await);
}

#[tokio::test(start_paused = true)]
async fn nor_does_one_that_always_adds_another_which_fails_too() {
    is_slow(&asked(Duration::ZERO, |mux| add_failing(mux, Duration::ZERO)).await);
    let anew = |mux: &MultiplexingWatcher<()>| {
        assert!(mux.del_watcher_named("fails"));
        add_failing(mux, Duration::ZERO);
    };
    is_slow(&asked(Duration::ZERO, anew).await);
}

#[tokio::test(start_paused = true)]
async fn one_that_lasted_is_started_again_soon() {
    let lasts = Duration::from_secs(20);
    for asked in
        [asked(lasts, |_| {}).await, asked(lasts, move |mux| add_failing(mux, lasts)).await]
    {
        assert!((175..181).contains(&asked.len()), "{} times in an hour", asked.len());
    }
}

#[tokio::test(start_paused = true)]
async fn what_replaces_the_failed_one_starts_at_once() {
    let polls = Arc::default();
    let counted = Arc::clone(&polls);
    let mux = MultiplexingWatcher::new().on_error(move |mux, _, _| {
        let (watcher, source) = (Arc::new(quiet(&counted)), EventSource::named("new"));
        mux.add(Key::Name("fails".into()), MuxMember { watcher, source });
        true
    });
    add_failing(&mux, Duration::ZERO);
    let mut events = mux.stream(StreamOptions::managed());
    // No time passes.
    assert!(events.next().now_or_never().is_none());
    assert_eq!((polls.load(Ordering::Relaxed), events.slots()), (1, 1));
    assert_eq!(mux.members()[0].source().as_str(), "new");
}

#[tokio::test(start_paused = true)]
async fn what_the_callback_deletes_is_gone_whatever_it_says() {
    for answer in [true, false] {
        let mux = MultiplexingWatcher::new().on_error(move |mux, _, _| {
            assert!(mux.del_watcher_named("fails"));
            answer
        });
        add_failing(&mux, Duration::ZERO);
        let mut events = mux.stream(StreamOptions::managed());
        assert!(timeout(HOUR, events.next()).await.unwrap().is_none());
        assert!(mux.members().is_empty() && !mux.is_running());
    }
}

/// What changes while the callback takes its time waits for its answer.
#[tokio::test(start_paused = true)]
async fn a_callback_that_takes_its_time_has_the_last_word() {
    for (adds, answer) in [(true, false), (false, true), (true, true)] {
        let polls = Arc::default();
        let counted = Arc::clone(&polls);
        let mux = MultiplexingWatcher::new().on_error_async(move |mux, _, _| {
            assert!(mux.del_watcher_named("fails"), "asked once");
            if adds {
                let watcher = Arc::new(quiet(&counted));
                let source = EventSource::named("new");
                mux.add(Key::Name("fails".into()), MuxMember { watcher, source });
            }
            async move {
                tokio::time::sleep(HOUR).await;
                answer
            }
        });
        add_failing(&mux, Duration::ZERO);
        let mut events = mux.stream(StreamOptions::managed());
        let soon_after = HOUR / 2 + Duration::from_millis(5);
        assert!(timeout(HOUR / 2, events.next()).await.is_err(), "it is still asked");
        let over = timeout(soon_after, events.next()).await.is_ok();
        assert_eq!(over, !(adds && answer), "adds {adds}, says {answer}");
        assert_eq!(mux.members().len(), usize::from(!over));
        assert_eq!(polls.load(Ordering::Relaxed), usize::from(!over));
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_callback_removes_the_watcher_at_whatever_point() {
    type Answer = BoxFuture<'static, bool>;
    let points: [fn() -> Answer; 3] = [
        || panic!("before its future is made"),
        || async { panic!("when its future is polled first") }.boxed(),
        || {
            let later = async {
                tokio::time::sleep(HOUR).await;
                panic!("after it has waited")
            };
            later.boxed()
        },
    ];
    for point in points {
        let polls = Arc::default();
        let mux = MultiplexingWatcher::new().on_error_async(move |_, _, _| point());
        add_failing(&mux, Duration::ZERO);
        add(&mux, 1, &polls);
        let mut events = mux.stream(StreamOptions::managed());
        assert!(timeout(2 * HOUR, events.next()).await.is_err(), "the other one streams on");
        let left: Vec<_> = mux.members().iter().map(|m| m.source().to_string()).collect();
        assert_eq!((left, events.slots()), (vec!["1".to_owned()], 1));
    }
}

#[test]
fn without_a_callback_the_culling_is_logged() {
    let ((), log) = logged(tracing::Level::INFO, || {
        let mux = MultiplexingWatcher::new();
        add_failing(&mux, Duration::ZERO);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let over = runtime.block_on(mux.stream(StreamOptions::managed()).next());
        assert!(over.is_none() && mux.members().is_empty());
    });
    for told in ["WARN", "a watcher failed and is removed", "source=fails", "on purpose"] {
        assert!(log.contains(told), "{told:?} is missing in {log}");
    }
}
