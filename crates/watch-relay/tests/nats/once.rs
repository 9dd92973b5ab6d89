//! Each event is stored once, whoever delivers it again, and however late.

use std::time::Duration;

use watch_relay::sink::Sink as _;
use watch_relay::sink::nats::NatsStream;

use crate::support::{Event, Server, batch, config, deliver_all, message, open, stored};

/// A lifetime of an object, up to its recreation.
fn life() -> Vec<Event<'static>> {
    vec![
        Event::added("web", 1),
        Event::modified("web", 2),
        Event::modified("web", 3),
        Event::deleted("web", 4),
        Event { uid: "web-again", ..Event::added("web", 5) },
        Event { uid: "web-again", ..Event::modified("web", 6) },
    ]
}

fn window(seconds: u32) -> NatsStream {
    NatsStream { duplicate_window_seconds: Some(seconds), ..NatsStream::default() }
}

#[tokio::test]
async fn message_has_its_id_path_and_headers() {
    let server = Server::start();
    let mut sink = open(config(&server.url())).await;
    let mut events = batch([Event::added("web", 1)]);
    sink.deliver(&mut events).await.expect("it is stored");
    assert!(events.is_done());
    let stored = stored(&server.url(), "k8s").await;
    let [message] = stored.0.as_slice() else { panic!("{stored:?}") };
    assert_eq!(message.subject, "k8s.prod.core.pods.shop.web.added");
    assert_eq!(message.body, br#"{"metadata":{"name":"web"}}"#);
    let header = |name: &str| message.headers.get(name).map(String::as_str);
    assert_eq!(header("Nats-Msg-Id"), Some("cluster-identity/web/1"));
    assert_eq!(header("Watchables-Object"), Some("pods/v1/shop/web"));
    assert_eq!(header("Content-Type"), Some("application/json"));
    assert_eq!(header("ce-source"), Some("/prod"));
}

#[tokio::test]
async fn new_sink_recognises_all_that_was_stored_beyond_the_duplicate_window() {
    let server = Server::start();
    let config =
        watch_relay::sink::nats::NatsConfig { create: Some(window(1)), ..config(&server.url()) };
    let mut sink = open(config.clone()).await;
    let mut first = batch(life());
    sink.deliver(&mut first).await.expect("it is stored");
    drop(sink);
    // The window is over for certain: an unrelated message takes its place in the server's table.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let mut again = batch(life().into_iter().chain([Event::modified("other", 9)]));
    let mut sink = open(config).await;
    sink.deliver(&mut again).await.expect("it is stored");
    assert!(again.is_done());
    let ids: Vec<_> = again.messages().iter().map(|message| &*message.id).collect();
    stored(&server.url(), "k8s").await.assert_once(ids);
}

#[tokio::test]
async fn event_that_comes_as_another_type_is_the_same() {
    let server = Server::start();
    let config =
        watch_relay::sink::nats::NatsConfig { create: Some(window(1)), ..config(&server.url()) };
    let mut sink = open(config.clone()).await;
    sink.deliver(&mut batch([Event::modified("web", 2)])).await.expect("it is stored");
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let mut sink = open(config).await;
    // What was committed last did not have the object: it comes as a new one.
    let mut again = batch([Event::added("web", 2)]);
    sink.deliver(&mut again).await.expect("it is stored");
    assert!(again.is_done());
    assert_eq!(stored(&server.url(), "k8s").await.ids(), ["cluster-identity/web/2"]);
}

#[tokio::test]
async fn deletion_with_an_older_version_is_stored() {
    let server = Server::start();
    let mut sink = open(config(&server.url())).await;
    sink.deliver(&mut batch([Event::modified("web", 7)])).await.expect("it is stored");
    let mut sink = open(config(&server.url())).await;
    // Found by a comparison with what was committed, which did not have version 7.
    let mut deletion = message(Event::deleted("web", 5));
    deletion.is_repair = true;
    let mut deletion = watch_relay::Batch::new(vec![deletion]);
    sink.deliver(&mut deletion).await.expect("it is stored");
    let stored = stored(&server.url(), "k8s").await;
    assert_eq!(stored.ids(), ["cluster-identity/web/7", "cluster-identity/web/5/deleted"]);
}

#[tokio::test]
async fn stream_that_was_replaced_is_filled_again() {
    let server = Server::start();
    let mut sink = open(config(&server.url())).await;
    sink.deliver(&mut batch([Event::modified("web", 1)])).await.expect("it is stored");
    let client = async_nats::connect(server.url()).await.expect("it connects");
    async_nats::jetstream::new(client).delete_stream("k8s").await.expect("it is deleted");
    let mut events = batch([Event::modified("web", 1), Event::modified("web", 2)]);
    let errors = deliver_all(&mut sink, None, &mut events).await;
    assert!(errors.is_empty(), "{errors:?}");
    let stored = stored(&server.url(), "k8s").await;
    assert_eq!(stored.ids(), ["cluster-identity/web/1", "cluster-identity/web/2"]);
}

#[tokio::test]
async fn purged_subject_is_written_again_without_opening() {
    let server = Server::start();
    let mut sink = open(config(&server.url())).await;
    sink.deliver(&mut batch([Event::modified("web", 1)])).await.expect("it is stored");
    let client = async_nats::connect(server.url()).await.expect("it connects");
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream("k8s").await.expect("it exists");
    stream.purge().await.expect("it is purged");
    let mut events = batch([Event::modified("web", 1), Event::modified("web", 2)]);
    sink.deliver(&mut events).await.expect("the last sequence is looked up");
    assert_eq!(stored(&server.url(), "k8s").await.ids(), ["cluster-identity/web/2"]);
}
