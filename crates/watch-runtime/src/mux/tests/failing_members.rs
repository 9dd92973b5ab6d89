//! Members that fail, in virtual time: what the error callback may do, and that no case busy-loops.

use std::sync::Mutex;

use futures::future::BoxFuture;
use tokio::time::{Instant, timeout};
use watch_protocol::settings::InvalidSetting;

use super::*;
use crate::testing::log_capture::logged;

const HOUR: Duration = Duration::from_hours(1);

/// Adds a member named `failing`, each of whose streams fails after this time.
fn add_failing(mux: &MultiplexingWatcher<()>, lifetime: Duration) {
    let watcher = FakeWatcher(move || -> MemberEvents<()> {
        Box::pin(stream::once(async move {
            if !lifetime.is_zero() {
                tokio::time::sleep(lifetime).await;
            }
            let setting = InvalidSetting { name: "namespace", reason: "on purpose".to_owned() };
            Err(setting.into_error(&KIND))
        }))
    });
    add_as(mux, "failing", watcher);
}

/// Streams for an hour with a callback that performs `action` and returns true. Returns the second of
/// each call.
async fn callback_times(
    lifetime: Duration,
    action: impl Fn(&MultiplexingWatcher<()>) + Send + Sync + 'static,
) -> Vec<u64> {
    let (start, times) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let recorded = Arc::clone(&times);
    let mux = MultiplexingWatcher::new().on_error(move |mux, _, _| {
        recorded.lock().unwrap().push(start.elapsed().as_secs());
        action(mux);
        true
    });
    add_failing(&mux, lifetime);
    let mut events = mux.stream(StreamOptions::managed());
    assert!(timeout(HOUR, events.next()).await.is_err(), "the stream keeps retrying");
    let times = times.lock().unwrap();
    times.clone()
}

/// The backoff grows to a random wait of up to 30 s, which is some 240 retries in an hour.
fn assert_backed_off(times: &[u64]) {
    assert!((150..400).contains(&times.len()), "{} times in an hour", times.len());
    let early = times.iter().filter(|second| **second < 10).count();
    assert!(early > 3, "the first waits are short: {times:?}");
}

#[tokio::test(start_paused = true)]
async fn callback_that_always_retries_backs_off() {
    assert_backed_off(&callback_times(Duration::ZERO, |_| {}).await);
}

#[tokio::test(start_paused = true)]
async fn replacement_that_fails_too_backs_off() {
    let replace = |mux: &MultiplexingWatcher<()>| add_failing(mux, Duration::ZERO);
    assert_backed_off(&callback_times(Duration::ZERO, replace).await);
    let remove_and_add = |mux: &MultiplexingWatcher<()>| {
        assert!(mux.del_watcher_named("failing"));
        add_failing(mux, Duration::ZERO);
    };
    assert_backed_off(&callback_times(Duration::ZERO, remove_and_add).await);
}

#[tokio::test(start_paused = true)]
async fn long_lived_stream_resets_the_backoff() {
    let lifetime = Duration::from_secs(20);
    for times in [
        callback_times(lifetime, |_| {}).await,
        callback_times(lifetime, move |mux| add_failing(mux, lifetime)).await,
    ] {
        assert!((175..181).contains(&times.len()), "{} times in an hour", times.len());
    }
}

#[tokio::test(start_paused = true)]
async fn first_replacement_starts_immediately() {
    let polls = Arc::default();
    let counted = Arc::clone(&polls);
    let mux = MultiplexingWatcher::new().on_error(move |mux, _, _| {
        let (watcher, source) = (Arc::new(idle_watcher(&counted)), EventSource::named("new"));
        mux.add(Key::Name("failing".into()), MuxMember { watcher, source });
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
async fn member_removed_by_the_callback_is_not_retried() {
    for verdict in [true, false] {
        let mux = MultiplexingWatcher::new().on_error(move |mux, _, _| {
            assert!(mux.del_watcher_named("failing"));
            verdict
        });
        add_failing(&mux, Duration::ZERO);
        let mut events = mux.stream(StreamOptions::managed());
        assert!(timeout(HOUR, events.next()).await.unwrap().is_none());
        assert!(mux.members().is_empty() && !mux.is_running());
    }
}

/// A replacement that is added while an async callback runs is started or removed by its decision.
#[tokio::test(start_paused = true)]
async fn async_callback_decides_about_the_replacement() {
    for (adds, verdict) in [(true, false), (false, true), (true, true)] {
        let polls = Arc::default();
        let counted = Arc::clone(&polls);
        let mux = MultiplexingWatcher::new().on_error_async(move |mux, _, _| {
            assert!(mux.del_watcher_named("failing"), "called once");
            if adds {
                let watcher = Arc::new(idle_watcher(&counted));
                let source = EventSource::named("new");
                mux.add(Key::Name("failing".into()), MuxMember { watcher, source });
            }
            async move {
                tokio::time::sleep(HOUR).await;
                verdict
            }
        });
        add_failing(&mux, Duration::ZERO);
        let mut events = mux.stream(StreamOptions::managed());
        let after_callback = HOUR / 2 + Duration::from_millis(5);
        assert!(timeout(HOUR / 2, events.next()).await.is_err(), "the callback is running");
        let ended = timeout(after_callback, events.next()).await.is_ok();
        assert_eq!(ended, !(adds && verdict), "adds {adds}, returns {verdict}");
        assert_eq!(mux.members().len(), usize::from(!ended));
        assert_eq!(polls.load(Ordering::Relaxed), usize::from(!ended));
    }
}

#[tokio::test(start_paused = true)]
async fn callback_panic_removes_the_member() {
    type Verdict = BoxFuture<'static, bool>;
    let callbacks: [fn() -> Verdict; 3] = [
        || panic!("before its future is created"),
        || async { panic!("when its future is first polled") }.boxed(),
        || {
            let later = async {
                tokio::time::sleep(HOUR).await;
                panic!("after it has waited")
            };
            later.boxed()
        },
    ];
    for callback in callbacks {
        let polls = Arc::default();
        let mux = MultiplexingWatcher::new().on_error_async(move |_, _, _| callback());
        add_failing(&mux, Duration::ZERO);
        add_idle(&mux, 1, &polls);
        let mut events = mux.stream(StreamOptions::managed());
        assert!(
            timeout(2 * HOUR, events.next()).await.is_err(),
            "the other member keeps streaming"
        );
        let left: Vec<_> = mux.members().iter().map(|m| m.source().to_string()).collect();
        assert_eq!((left, events.slots()), (vec!["1".to_owned()], 1));
    }
}

#[test]
fn removal_without_a_callback_is_logged() {
    let ((), log) = logged(tracing::Level::INFO, || {
        let mux = MultiplexingWatcher::new();
        add_failing(&mux, Duration::ZERO);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let item = runtime.block_on(mux.stream(StreamOptions::managed()).next());
        assert!(item.is_none() && mux.members().is_empty());
    });
    for expected in ["WARN", "watcher failed and is removed", "source=failing", "on purpose"] {
        assert!(log.contains(expected), "{expected:?} is missing in {log}");
    }
}
