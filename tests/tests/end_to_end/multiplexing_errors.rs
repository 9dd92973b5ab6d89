//! What becomes of a watcher that fails in a multiplexer: the exception callback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_36::v1::{Namespace, Pod};
use watchables::{AnyObject, InitialList, MultiplexingWatcher, StreamOptions, Watcher};
use watchables_tests::{Reply, Scripted, client, client_of, pod, server, soon, until};

/// A watcher of pods over a peer that answers everything with these.
async fn failing(replies: Vec<Reply>) -> (Watcher<Pod>, Scripted) {
    let peer = Scripted::start(replies).await;
    let watcher = Watcher::<Pod>::new(client_of(peer.url())).initial_list(InitialList::Paged);
    (watcher, peer)
}

fn refusals(count: usize) -> Vec<Reply> {
    vec![Reply::status(500).chunk(r#"{"message":"no","code":500}"#); count]
}

fn list_of(name: &str) -> Reply {
    Reply::status(200).chunk(format!(
        r#"{{"metadata":{{"resourceVersion":"5"}},"items":[{{"metadata":{{"name":"{name}"}}}}]}}"#
    ))
}

type Mux = MultiplexingWatcher<AnyObject>;

#[tokio::test]
async fn without_a_callback_a_failing_watcher_is_culled_and_the_rest_go_on() {
    let server = server().await;
    let (watcher, _peer) = failing(refusals(1)).await;
    let mux = Mux::new();
    mux.add_watcher(watcher);
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=default"),
    );
    let mut events = mux.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.kind(), "Namespace");
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    until(|| mux.members().len() == 1).await;
    mux.stop();
    assert!(soon(waiting).await.unwrap());
}

#[tokio::test]
async fn an_error_names_its_watcher_once() {
    // Also where the name is a part of what is said anyway.
    for (name, told) in [(None, "listing pods/v1: "), (Some("pod"), "pod: listing pods/v1: ")] {
        let (watcher, _peer) = failing(refusals(1)).await;
        let heard = Arc::new(Mutex::new(String::new()));
        let tell = Arc::clone(&heard);
        let mux = Mux::new().on_error(move |_, _, error| {
            *tell.lock().unwrap() = error.to_string();
            false
        });
        match name {
            None => mux.add_watcher(watcher),
            Some(name) => mux.add_watcher_as(name, watcher),
        }
        assert!(soon(mux.stream(StreamOptions::managed()).next()).await.is_none());
        let heard = heard.lock().unwrap();
        assert!(heard.starts_with(told), "{heard}");
    }
}

#[tokio::test]
async fn when_the_last_watcher_is_gone_the_stream_ends() {
    let (watcher, _peer) = failing(refusals(1)).await;
    let mux = Mux::new();
    mux.add_watcher(watcher);
    assert!(soon(mux.stream(StreamOptions::managed()).next()).await.is_none());
    assert!(mux.members().is_empty());
}

#[tokio::test]
async fn the_callback_is_told_of_multiplexer_watcher_and_error_and_true_streams_it_again() {
    let mut replies = refusals(2);
    replies.extend([list_of("a"), Reply::status(200).hang()]);
    let (watcher, peer) = failing(replies).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let mux = Mux::new().on_error(move |mux, member, error| {
        assert!(mux.is_running() && member.watcher::<Pod>().is_some());
        let text = format!("{}: {}", member.source(), error.status().unwrap().code);
        tell.lock().unwrap().push(text);
        true
    });
    mux.add_watcher_as("shop", watcher);
    let mut events = mux.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.downcast_ref::<Pod>().unwrap().metadata.name.as_deref(), Some("a"));
    assert_eq!(*told.lock().unwrap(), ["shop: 500", "shop: 500"]);
    drop(events);
    drop(peer);
}

#[tokio::test]
async fn false_removes_it_and_what_was_added_in_its_place() {
    let server = server().await;
    for answer in [false, true] {
        let (watcher, _peer) = failing(refusals(1)).await;
        server.store().create(pod("default", &format!("a-{answer}"))).unwrap();
        let replacement = client(&server);
        let mux = Mux::new().on_error(move |mux, _, _| {
            mux.add_watcher(Watcher::<Pod>::new(replacement.clone()));
            answer
        });
        mux.add_watcher(watcher);
        let mut events = mux.stream(StreamOptions::managed());
        let event = soon(events.try_next()).await.unwrap();
        assert_eq!(event.is_some(), answer, "replaced only if the callback says true");
        assert_eq!(mux.members().len(), usize::from(answer));
    }
}

#[tokio::test]
async fn a_panic_in_the_callback_removes_the_watcher_and_nothing_else() {
    let server = server().await;
    let (watcher, _peer) = failing(refusals(1)).await;
    let mux = Mux::new().on_error(|_, _, _| panic!("on purpose"));
    mux.add_watcher(watcher);
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=default"),
    );
    let mut events = mux.stream(StreamOptions::managed());
    assert!(soon(events.try_next()).await.unwrap().is_some());
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    until(|| mux.members().len() == 1).await;
    mux.stop();
    assert!(soon(waiting).await.unwrap());
}

#[tokio::test]
async fn inside_the_callback_one_may_add_delete_and_stop() {
    let server = server().await;
    let (watcher, _peer) = failing(refusals(1)).await;
    let other = client(&server);
    let mux = Mux::new().on_error(move |mux, _, _| {
        mux.add_watcher(Watcher::<Namespace>::new(other.clone()));
        assert!(mux.del_watcher::<Namespace>());
        mux.add_watcher_as("more", Watcher::<Namespace>::new(other.clone()));
        mux.stop();
        true
    });
    mux.add_watcher(watcher);
    assert!(soon(mux.stream(StreamOptions::managed()).next()).await.is_none());
    let sources: Vec<_> = mux.status().into_iter().map(|(s, _)| s.to_string()).collect();
    assert_eq!(sources, ["pods/v1", "more"]);
}

#[tokio::test]
async fn a_callback_that_always_says_true_does_not_spin() {
    let (watcher, _peer) = failing(refusals(10_000)).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let mux = Mux::new().on_error(move |_, _, _| {
        count.fetch_add(1, Ordering::SeqCst);
        true
    });
    mux.add_watcher(watcher);
    let mut events = mux.stream(StreamOptions::managed());
    let waited = tokio::time::timeout(Duration::from_secs(2), events.next()).await;
    assert!(waited.is_err(), "it goes on trying");
    let calls = calls.load(Ordering::SeqCst);
    assert!((2..40).contains(&calls), "{calls} calls in 2 s");
}

#[tokio::test]
async fn an_async_callback_takes_its_time_while_the_others_stream_on() {
    let server = server().await;
    let (watcher, _peer) = failing(refusals(1)).await;
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let told = Arc::new(Mutex::new(Some(told)));
    let mux = Mux::new().on_error_async(move |_mux, _member, _error| {
        let told = told.lock().unwrap().take().unwrap();
        async move { told.await.is_err() }
    });
    mux.add_watcher(watcher);
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=default"),
    );
    let mut events = mux.stream(StreamOptions::managed());
    assert!(soon(events.try_next()).await.unwrap().is_some());
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(mux.members().len(), 2, "it is still asked");
    tell.send(()).unwrap();
    until(|| mux.members().len() == 1).await;
    mux.stop();
    assert!(soon(waiting).await.unwrap());
}

#[tokio::test]
async fn an_object_that_does_not_decode_is_an_item_and_its_watcher_goes_on() {
    let list = Reply::status(200).chunk(
        r#"{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"},"spec":7},{"metadata":{"name":"b"}}]}"#,
    );
    let (watcher, _peer) = failing(vec![list, Reply::status(200).hang()]).await;
    let mux = Mux::new().on_error(|_, _, _| panic!("it did not fail"));
    mux.add_watcher_as("shop", watcher);
    let mut events = mux.stream(StreamOptions::managed());
    let error = soon(events.try_next()).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().starts_with("shop: "), "{error}");
    assert!(soon(events.try_next()).await.unwrap().is_some());
}
