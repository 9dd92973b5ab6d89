//! What a user may meet: a clear line, nothing lost, and the rest goes on.

use bytes::Bytes;
use watch_relay::sink::nats::{Discard, NatsConfig, NatsSink, NatsStream};
use watch_relay::sink::{Sink as _, SinkError};
use watch_relay::{Batch, NatsCredentials};

use crate::support::{
    Event, Server, batch, config, deliver_all, free_port, message, open, stored, text,
};

async fn refused(config: NatsConfig) -> SinkError {
    let mut sink = NatsSink::new(config).expect("it is well formed");
    sink.open(None).await.expect_err("it cannot be opened")
}

fn with_large(size: usize) -> Batch {
    let mut large = message(Event::modified("large", 2));
    large.payload.body = Bytes::from(vec![b'x'; size]);
    Batch::new(vec![
        message(Event::modified("large", 1)),
        large,
        message(Event::modified("large", 3)),
        message(Event::modified("other", 4)),
    ])
}

#[tokio::test]
async fn message_above_the_servers_limit_is_refused_alone() {
    let server = Server::start();
    let mut sink = open(config(&server.url())).await;
    let mut events = with_large(2 << 20);
    sink.deliver(&mut events).await.expect("the rest is stored");
    assert!(events.is_done());
    let refusals: Vec<_> = events.refusals().map(|(message, why)| (&*message.id, why)).collect();
    let [(id, why)] = refusals.as_slice() else { panic!("{refusals:?}") };
    assert_eq!(*id, "cluster-identity/large/2");
    for part in ["2097152", "1048576", "max_payload"] {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert_eq!(stored(&server.url(), "k8s").await.0.len(), 3);
}

#[tokio::test]
async fn message_above_the_streams_limit_is_refused_alone() {
    let server = Server::start();
    let client = async_nats::connect(server.url()).await.expect("it connects");
    let stream = async_nats::jetstream::stream::Config {
        name: "k8s".to_owned(),
        subjects: vec!["k8s.>".to_owned()],
        max_message_size: 1_000,
        ..Default::default()
    };
    let context = async_nats::jetstream::new(client);
    context.create_stream(stream).await.expect("it is created");
    let mut sink = open(NatsConfig::new(server.url())).await;
    let mut events = with_large(2_000);
    sink.deliver(&mut events).await.expect("the rest is stored");
    let refusals: Vec<_> = events.refusals().map(|(_, why)| why).collect();
    let [why] = refusals.as_slice() else { panic!("{refusals:?}") };
    for part in ["2000", "1000", "nats stream edit k8s --max-msg-size"] {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert_eq!(stored(&server.url(), "k8s").await.0.len(), 3);
}

#[tokio::test]
async fn full_stream_stops_until_there_is_room() {
    let server = Server::start();
    let full = NatsStream { max_messages: Some(2), discard: Discard::New, ..NatsStream::default() };
    let mut sink = open(NatsConfig { create: Some(full), ..config(&server.url()) }).await;
    let mut events = batch((1..=4).map(|version| Event::modified("web", version)));
    let error = sink.deliver(&mut events).await.expect_err("it is full");
    let text = text(&error);
    assert!(text.contains("the stream k8s takes no more") && text.contains("edit k8s"), "{text}");
    assert_eq!(events.pending().count(), 2);
    let client = async_nats::connect(server.url()).await.expect("it connects");
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream("k8s").await.expect("it exists");
    let config = async_nats::jetstream::stream::Config {
        max_messages: -1,
        ..stream.cached_info().config.clone()
    };
    context.update_stream(config).await.expect("it is changed");
    let errors = deliver_all(&mut sink, None, &mut events).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(
        stored(&server.url(), "k8s").await.ids(),
        [
            "cluster-identity/web/1",
            "cluster-identity/web/2",
            "cluster-identity/web/3",
            "cluster-identity/web/4"
        ]
    );
}

#[tokio::test]
async fn missing_stream_names_the_command_that_creates_it() {
    let server = Server::start();
    let error = refused(NatsConfig::new(server.url())).await.to_string();
    for part in [&server.url(), "no stream k8s", "nats stream add k8s --subjects 'k8s.>'"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[tokio::test]
async fn subject_that_no_stream_takes_is_named() {
    let server = Server::start();
    let narrow =
        NatsStream { subjects: Some(vec!["k8s.test.>".to_owned()]), ..NatsStream::default() };
    let mut sink = open(NatsConfig { create: Some(narrow), ..config(&server.url()) }).await;
    let mut events = batch([Event::added("web", 1)]);
    let error = sink.deliver(&mut events).await.expect_err("no stream takes it").to_string();
    assert!(error.contains("no stream takes k8s.prod.core.pods.shop.web.added"), "{error}");
    assert!(error.contains("nats stream edit k8s --subjects 'k8s.>'"), "{error}");
    assert_eq!(events.pending().count(), 1);
}

#[tokio::test]
async fn server_without_jetstream_and_no_server_have_errors_of_their_own() {
    let server = Server::configured("");
    let error = refused(config(&server.url())).await.to_string();
    assert!(error.contains("has no JetStream") && error.contains("-js"), "{error}");
    let nowhere = format!("nats://127.0.0.1:{}", free_port());
    let error = refused(config(&nowhere)).await.to_string();
    assert!(error.contains(&nowhere) && error.contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn credentials_are_checked_and_never_shown() {
    let server = Server::with("authorization { user: relay, password: topsecret }");
    let wrong = NatsCredentials {
        user: Some("relay".to_owned()),
        password: Some("wrongsecret".into()),
        ..NatsCredentials::default()
    };
    let file = server.folder().join("password");
    std::fs::write(&file, "topsecret\n").expect("the folder can be written");
    let right = NatsCredentials {
        user: Some("relay".to_owned()),
        password_file: Some(file),
        ..NatsCredentials::default()
    };
    let bad = NatsConfig { credentials: Some(wrong), ..config(&server.url()) };
    let shown = format!("{bad:?}");
    assert!(!shown.contains("wrongsecret"), "{shown}");
    for bad in [bad, config(&server.url())] {
        let error = text(&refused(bad).await);
        assert!(error.contains("refuses the credentials"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    let mut sink = open(NatsConfig { credentials: Some(right), ..config(&server.url()) }).await;
    sink.deliver(&mut batch([Event::added("web", 1)])).await.expect("it is stored");
    let address = server.url().replace("nats://", "");
    let in_url = config(&format!("nats://relay:topsecret@{address}"));
    let mut sink = NatsSink::new(in_url.clone()).expect("it is well formed");
    assert!(!format!("{in_url:?} {sink:?} {}", sink.name()).contains("topsecret"));
    sink.open(None).await.expect("the credentials of the address are taken");
}

#[tokio::test]
async fn token_and_incomplete_credentials() {
    let server = Server::with("authorization { token: topsecret }");
    let token = NatsCredentials { token: Some("topsecret".into()), ..Default::default() };
    open(NatsConfig { credentials: Some(token), ..config(&server.url()) }).await;
    let half = NatsCredentials { user: Some("relay".to_owned()), ..Default::default() };
    let error = refused(NatsConfig { credentials: Some(half), ..config(&server.url()) }).await;
    assert!(error.to_string().contains("`password` or `passwordFile`"), "{error}");
    let missing =
        NatsCredentials { file: Some("/nonexistent/relay.creds".into()), ..Default::default() };
    let error = refused(NatsConfig { credentials: Some(missing), ..config(&server.url()) }).await;
    assert!(error.to_string().contains("/nonexistent/relay.creds"), "{error}");
}

#[tokio::test]
async fn dead_server_is_a_timeout_and_the_batch_stays_pending() {
    let mut server = Server::start();
    let mut sink = open(NatsConfig { timeout_seconds: 1, ..config(&server.url()) }).await;
    server.kill();
    let mut events = batch([Event::added("web", 1), Event::added("other", 2)]);
    let error = sink.deliver(&mut events).await.expect_err("nobody answers").to_string();
    assert!(error.contains(&server.url()) && error.contains("within 1 s"), "{error}");
    assert_eq!(events.pending().count(), 2);
}
