//! Messages that PostgreSQL cannot store.

use bytes::Bytes;
use watch_protocol::EventType::Added;
use watch_relay::sink::Sink as _;
use watch_relay::{Batch, Message};

use crate::support::{commit, ids, message, open, present, store};
use engines::postgres::Server;

fn with_text(name: &str, version: u64, object: &'static [u8]) -> Message {
    let mut message = message(name, version, Added);
    message.object = Bytes::from_static(object);
    message
}

#[tokio::test]
async fn messages_whose_data_is_at_fault_are_refused_and_the_others_stored() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let mut messages: Vec<_> = (0..100).map(|n| message(&format!("pod-{n}"), n, Added)).collect();
    messages[13] = with_text("zero", 13, br#"{"text":"a\u0000b"}"#);
    messages[14] = with_text("no-json", 14, b"{");
    messages[77] = with_text("bytes", 77, b"{\"text\":\"\xff\"}");
    messages[99].old_object = Some(Bytes::from_static(br#"{"text":"\ud800"}"#));
    let mut batch = Batch::new(messages);
    sink.deliver(&mut batch).await.expect("it is delivered");
    assert!(batch.is_done());
    let refused: Vec<_> =
        batch.refusals().map(|(message, why)| format!("{}: {why}", message.name)).collect();
    assert_eq!(refused.len(), 4, "{refused:#?}");
    let parts = [
        "zero: PostgreSQL: unsupported Unicode",
        "no-json: PostgreSQL: invalid input",
        "bytes: the object is not UTF-8",
        "pod-99: PostgreSQL: ",
    ];
    for (refused, part) in refused.iter().zip(parts) {
        assert!(refused.starts_with(part), "{refused}");
    }
    commit(&sink, Vec::new()).await.expect("it is committed");
    let stored = ids(&server).await;
    let expected: Vec<_> = (0..99)
        .filter(|n| ![13, 14, 77].contains(n))
        .map(|n| format!("c/uid-pod-{n}/{n}"))
        .collect();
    assert_eq!(stored, expected);
    assert_eq!(present(&server).await.len(), 96);
}

#[tokio::test]
async fn id_too_long_for_its_index_is_refused() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let mut long = message("a", 1, Added);
    // Random, so that it is not compressed.
    let id: String = (0..20_000).map(|_| fastrand::alphanumeric()).collect();
    long.id = id.into();
    let mut batch = Batch::new(vec![long, message("b", 2, Added)]);
    sink.deliver(&mut batch).await.expect("it is delivered");
    let reasons: Vec<_> = batch.refusals().map(|(_, why)| why.to_owned()).collect();
    assert!(reasons.len() == 1 && reasons[0].contains("54000"), "{reasons:?}");
    commit(&sink, Vec::new()).await.expect("it is committed");
    assert_eq!(ids(&server).await, ["c/uid-b/2"]);
}

#[tokio::test]
async fn constraints_of_the_user_refuse_messages() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    server.execute("ALTER TABLE watchables.changes ADD CHECK (name <> 'bad')").await;
    let mut batch = Batch::new(vec![message("bad", 1, Added), message("good", 2, Added)]);
    sink.deliver(&mut batch).await.expect("it is delivered");
    let reasons: Vec<_> = batch.refusals().map(|(_, why)| why.to_owned()).collect();
    assert!(reasons.len() == 1 && reasons[0].contains("changes_name_check"), "{reasons:?}");
    commit(&sink, Vec::new()).await.expect("it is committed");
    store(&mut sink, vec![message("better", 3, Added)], Vec::new()).await;
    assert_eq!(ids(&server).await, ["c/uid-good/2", "c/uid-better/3"]);
}

/// As if the disk were full: PostgreSQL's error, without filling one.
#[tokio::test]
async fn full_disk_is_said_and_the_batch_stored_when_there_is_room() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    server
        .execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; \
             CREATE TRIGGER full_disk BEFORE INSERT ON watchables.changes EXECUTE FUNCTION full_disk()",
        )
        .await;
    let mut batch = Batch::new(vec![message("a", 1, Added), message("b", 2, Added)]);
    let error = sink.deliver(&mut batch).await.expect_err("there is no room").to_string();
    assert!(error.contains("No space left on device (53100): its disk is full"), "{error}");
    assert_eq!(batch.pending().count(), 2);
    server.execute("DROP TRIGGER full_disk ON watchables.changes").await;
    sink.open(None).await.expect("it opens");
    sink.deliver(&mut batch).await.expect("it is delivered");
    commit(&sink, Vec::new()).await.expect("it is committed");
    assert_eq!(ids(&server).await, ["c/uid-a/1", "c/uid-b/2"]);
}
