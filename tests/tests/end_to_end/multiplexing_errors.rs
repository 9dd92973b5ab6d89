//! Failed watchers of a multiplexer, and its error callback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_37::v1::{Namespace, Pod};
use watchables::{AnyObject, InitialList, MultiplexingWatcher, StreamOptions, Watcher};

use crate::support::{Reply, ScriptedServer, client, client_of, pod, server, soon, until};

/// Returns a Pod watcher for a server that sends these replies. It ends at the first failure.
async fn failing(replies: Vec<Reply>) -> (Watcher<Pod>, ScriptedServer) {
    let peer = ScriptedServer::start(replies).await;
    let watcher = Watcher::<Pod>::new(client_of(peer.url())).initial_list(InitialList::Paged);
    (watcher.give_up_after(Duration::ZERO), peer)
}

fn rejections(count: usize) -> Vec<Reply> {
    vec![Reply::status(500).chunk(r#"{"message":"no","code":500}"#); count]
}

fn list_of(name: &str) -> Reply {
    Reply::status(200).chunk(format!(
        r#"{{"metadata":{{"resourceVersion":"5"}},"items":[{{"metadata":{{"name":"{name}"}}}}]}}"#
    ))
}

type Mux = MultiplexingWatcher<AnyObject>;

#[tokio::test]
async fn without_a_callback_a_failed_watcher_is_removed_and_others_continue() {
    let server = server().await;
    let (watcher, _peer) = failing(rejections(1)).await;
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
async fn error_names_its_watcher_once() {
    // The name `pod` is also part of the message itself.
    for (name, prefix) in [(None, "listing pods/v1: "), (Some("pod"), "pod: listing pods/v1: ")] {
        let (watcher, _peer) = failing(rejections(1)).await;
        let message = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&message);
        let mux = Mux::new().on_error(move |_, _, error| {
            *written.lock().unwrap() = error.to_string();
            false
        });
        match name {
            None => mux.add_watcher(watcher),
            Some(name) => mux.add_watcher_as(name, watcher),
        }
        assert!(soon(mux.stream(StreamOptions::managed()).next()).await.is_none());
        let message = message.lock().unwrap();
        assert!(message.starts_with(prefix), "{message}");
    }
}

#[tokio::test]
async fn stream_ends_when_the_last_watcher_is_removed() {
    let (watcher, _peer) = failing(rejections(1)).await;
    let mux = Mux::new();
    mux.add_watcher(watcher);
    assert!(soon(mux.stream(StreamOptions::managed()).next()).await.is_none());
    assert!(mux.members().is_empty());
}

#[tokio::test]
async fn callback_gets_multiplexer_watcher_and_error_and_true_restarts_it() {
    let mut replies = rejections(2);
    replies.extend([list_of("a"), Reply::status(200).keep_open()]);
    let (watcher, peer) = failing(replies).await;
    let errors = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&errors);
    let mux = Mux::new().on_error(move |mux, member, error| {
        assert!(mux.is_running() && member.watcher::<Pod>().is_some());
        let text = format!("{}: {}", member.source(), error.status().unwrap().code);
        written.lock().unwrap().push(text);
        true
    });
    mux.add_watcher_as("shop", watcher);
    let mut events = mux.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.downcast_ref::<Pod>().unwrap().metadata.name.as_deref(), Some("a"));
    assert_eq!(*errors.lock().unwrap(), ["shop: 500", "shop: 500"]);
    drop(events);
    drop(peer);
}

/// By default a member waits for a server that fails, and does not call the callback.
#[tokio::test]
async fn member_survives_500s_unless_the_multiplexer_gives_up() {
    for gives_up in [false, true] {
        let mut replies = rejections(2);
        replies.extend([list_of("a"), Reply::status(200).keep_open()]);
        let peer = ScriptedServer::start(replies).await;
        let watcher = Watcher::<Pod>::new(client_of(peer.url())).initial_list(InitialList::Paged);
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let mut mux = Mux::new().on_error(move |_, _, error| {
            assert_eq!(error.status().unwrap().code, 500);
            count.fetch_add(1, Ordering::SeqCst);
            true
        });
        if gives_up {
            mux = mux.give_up_after(Duration::ZERO);
        }
        mux.add_watcher(watcher);
        let event = soon(mux.stream(StreamOptions::managed()).try_next()).await.unwrap();
        assert!(event.is_some());
        assert_eq!(calls.load(Ordering::SeqCst), if gives_up { 2 } else { 0 });
    }
}

#[tokio::test]
async fn callback_returning_false_removes_the_watcher_and_its_replacement() {
    let server = server().await;
    for keep in [false, true] {
        let (watcher, _peer) = failing(rejections(1)).await;
        server.store().create(pod("default", &format!("a-{keep}"))).unwrap();
        let replacement = client(&server);
        let mux = Mux::new().on_error(move |mux, _, _| {
            mux.add_watcher(Watcher::<Pod>::new(replacement.clone()));
            keep
        });
        mux.add_watcher(watcher);
        let mut events = mux.stream(StreamOptions::managed());
        let event = soon(events.try_next()).await.unwrap();
        assert_eq!(event.is_some(), keep, "replaced only if the callback returns true");
        assert_eq!(mux.members().len(), usize::from(keep));
    }
}

#[tokio::test]
async fn panic_in_the_callback_removes_only_its_watcher() {
    let server = server().await;
    let (watcher, _peer) = failing(rejections(1)).await;
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
async fn callback_can_add_delete_and_stop() {
    let server = server().await;
    let (watcher, _peer) = failing(rejections(1)).await;
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
async fn callback_always_returning_true_backs_off() {
    let (watcher, _peer) = failing(rejections(10_000)).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let mux = Mux::new().on_error(move |_, _, _| {
        count.fetch_add(1, Ordering::SeqCst);
        true
    });
    mux.add_watcher(watcher);
    let mut events = mux.stream(StreamOptions::managed());
    let waited = tokio::time::timeout(Duration::from_secs(2), events.next()).await;
    assert!(waited.is_err(), "it keeps retrying");
    let calls = calls.load(Ordering::SeqCst);
    assert!((2..40).contains(&calls), "{calls} calls in 2 s");
}

#[tokio::test]
async fn pending_async_callback_does_not_block_other_watchers() {
    let server = server().await;
    let (watcher, _peer) = failing(rejections(1)).await;
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let receiver = Arc::new(Mutex::new(Some(receiver)));
    let mux = Mux::new().on_error_async(move |_mux, _member, _error| {
        let receiver = receiver.lock().unwrap().take().unwrap();
        async move { receiver.await.is_err() }
    });
    mux.add_watcher(watcher);
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=default"),
    );
    let mut events = mux.stream(StreamOptions::managed());
    assert!(soon(events.try_next()).await.unwrap().is_some());
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(mux.members().len(), 2, "the callback is pending");
    sender.send(()).unwrap();
    until(|| mux.members().len() == 1).await;
    mux.stop();
    assert!(soon(waiting).await.unwrap());
}

#[tokio::test]
async fn decode_error_is_an_item_and_does_not_call_on_error() {
    let list = Reply::status(200).chunk(
        r#"{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"},"spec":7},{"metadata":{"name":"b"}}]}"#,
    );
    let (watcher, _peer) = failing(vec![list, Reply::status(200).keep_open()]).await;
    let mux = Mux::new().on_error(|_, _, _| panic!("it did not fail"));
    mux.add_watcher_as("shop", watcher);
    let mut events = mux.stream(StreamOptions::managed());
    let error = soon(events.try_next()).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().starts_with("shop: "), "{error}");
    assert!(soon(events.try_next()).await.unwrap().is_some());
}
