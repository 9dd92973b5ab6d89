//! What is stored, once.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use watch_protocol::EventType::{Added, Deleted, Modified};
use watch_relay::sink::Sink as _;
use watch_relay::{Batch, Message};

use crate::support::{commit, config, ids, message, open, present, store, texts, with_object};
use engines::postgres::Server;

#[tokio::test]
async fn changes_and_present_state_are_stored() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    assert_eq!(
        sink.name(),
        format!("postgres://127.0.0.1:{}/postgres, schema watchables", server.port())
    );
    let batch = vec![message("a", 1, Added), message("b", 2, Added), message("a", 3, Modified)];
    store(&mut sink, batch, Vec::new()).await;
    assert_eq!(present(&server).await, ["a 3", "b 2"]);
    store(&mut sink, vec![message("a", 4, Deleted), message("c", 5, Added)], Vec::new()).await;
    let all = ["c/uid-a/1", "c/uid-b/2", "c/uid-a/3", "c/uid-a/4/deleted", "c/uid-c/5"];
    assert_eq!(ids(&server).await, all);
    assert_eq!(present(&server).await, ["b 2", "c 5"]);
}

#[tokio::test]
async fn columns_have_what_the_message_has() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let object = json!({"metadata": {"name": "a", "managedFields": [
        {"manager": "kubectl", "time": "2026-01-02T03:04:05Z"},
        {"manager": "kube \"let\"", "time": "2026-01-02T03:04:06Z"},
    ]}});
    let mut message = with_object("a", 7, Modified, &object);
    message.is_repair = true;
    message.gap = Some(Duration::from_millis(90_500));
    message.old_object = Some(Bytes::from_static(br#"{"old":"\u00e9"}"#));
    store(&mut sink, vec![message], Vec::new()).await;
    let query = "SELECT concat_ws('|', id, cluster, api_group, api_version, resource, namespace, name, uid, \
                 resource_version, type, repaired, gap, time AT TIME ZONE 'UTC', managers, object ->> 'metadata' <> '', \
                 old_object ->> 'old') FROM watchables.changes";
    let row = texts(&server.client().await, query).await;
    let expected = "c/uid-a/7|c||v1|pods|shop|a|uid-a|7|MODIFIED|t|00:01:30.5|2026-01-02 09:30:00.123456|\
                    {\"kube \\\"let\\\"\",kubectl}|t|é";
    assert_eq!(row, [expected]);
}

#[tokio::test]
async fn events_that_come_again_change_nothing() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let first = [message("a", 1, Added), message("a", 2, Modified), message("b", 3, Added)];
    let then = [message("a", 4, Modified), message("b", 5, Deleted)];
    store(&mut sink, first.to_vec(), Vec::new()).await;
    store(&mut sink, then.to_vec(), Vec::new()).await;
    let before = (ids(&server).await, present(&server).await);
    assert_eq!(before.1, ["a 4"]);
    // As after the loss of a checkpoint, in batches that are cut otherwise, and one twice in a batch.
    store(&mut sink, vec![first[0].clone(), first[1].clone(), first[0].clone()], Vec::new()).await;
    assert_eq!((ids(&server).await, present(&server).await), before);
    store(&mut sink, vec![first[2].clone(), then[0].clone()], Vec::new()).await;
    assert_eq!((ids(&server).await, present(&server).await), before);
}

#[tokio::test]
async fn present_state_goes_back_only_by_a_repair() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    store(&mut sink, vec![message("a", 10, Modified)], Vec::new()).await;
    store(&mut sink, vec![message("a", 9, Modified)], Vec::new()).await;
    store(&mut sink, vec![message("a", 8, Deleted)], Vec::new()).await;
    assert_eq!(present(&server).await, ["a 10"], "9 and 8 are less than 10");
    // The API server was set back: a comparison with its list finds an older version.
    let mut repair = message("a", 7, Modified);
    repair.is_repair = true;
    store(&mut sink, vec![repair], Vec::new()).await;
    assert_eq!(present(&server).await, ["a 7"]);
    let mut gone = message("a", 7, Deleted);
    gone.is_repair = true;
    store(&mut sink, vec![gone], Vec::new()).await;
    assert!(present(&server).await.is_empty());
}

#[tokio::test]
async fn object_that_was_created_again_replaces_the_deleted_one() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    store(&mut sink, vec![message("a", 1, Added)], Vec::new()).await;
    let mut again = message("a", 3, Added);
    again.uid = "another".to_owned();
    again.id = "c/another/3".into();
    store(&mut sink, vec![message("a", 2, Deleted), again], Vec::new()).await;
    let query = "SELECT uid FROM watchables.objects";
    assert_eq!(texts(&server.client().await, query).await, ["another"]);
}

#[tokio::test]
async fn deletion_that_is_found_late_leaves_the_object_that_was_created_again() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let mut again = message("a", 3, Added);
    again.uid = "another".to_owned();
    again.id = "c/another/3".into();
    let found = |etype| Message { is_repair: true, ..message("a", 1, etype) };
    let query = "SELECT uid || ' ' || resource_version FROM watchables.objects";

    // In one comparison: what is listed comes first.
    store(&mut sink, vec![message("a", 1, Added)], Vec::new()).await;
    store(&mut sink, vec![again.clone(), found(Deleted)], Vec::new()).await;
    assert_eq!(texts(&server.client().await, query).await, ["another 3"]);

    // Of two shards, one of which is behind.
    let late = Message { id: "c/uid-a/2".into(), version: "2".to_owned(), ..found(Modified) };
    store(&mut sink, vec![late], Vec::new()).await;
    assert_eq!(texts(&server.client().await, query).await, ["another 3"]);
    store(&mut sink, vec![Message { is_repair: true, ..message("a", 2, Deleted) }], Vec::new())
        .await;
    assert_eq!(texts(&server.client().await, query).await, ["another 3"]);
}

#[tokio::test]
async fn same_object_of_another_cluster_is_another_row() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let mut other = message("a", 1, Added);
    other.cluster = "d".into();
    other.id = "d/uid-a/1".into();
    store(&mut sink, vec![message("a", 2, Added), other], Vec::new()).await;
    assert_eq!(present(&server).await, ["a 1", "a 2"]);
}

#[tokio::test]
async fn batch_larger_than_a_statement_is_stored_in_order() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let padding = "x".repeat(1 << 20);
    let large = (0..20).map(|n| with_object("large", n, Modified, &json!({"padding": padding})));
    let small = (20..2_520).map(|n| message("small", n, Modified));
    store(&mut sink, large.chain(small).collect(), Vec::new()).await;
    let ids = ids(&server).await;
    let versions: Vec<u64> = ids
        .iter()
        .map(|id| id.rsplit('/').next().expect("a version").parse().expect("a number"))
        .collect();
    assert_eq!(versions, (0..2_520).collect::<Vec<_>>());
    assert_eq!(present(&server).await, ["large 19", "small 2519"]);
}

#[tokio::test]
async fn delivered_events_are_seen_only_after_the_commit() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let mut batch = Batch::new(vec![message("a", 1, Added)]);
    sink.deliver(&mut batch).await.expect("it is delivered");
    assert!(ids(&server).await.is_empty());
    let mut next = Batch::new(vec![message("a", 2, Modified)]);
    let error = sink.deliver(&mut next).await.expect_err("the first is not committed");
    assert!(error.to_string().contains("not committed"), "{error}");
    commit(&sink, Vec::new()).await.expect("it is committed");
    sink.deliver(&mut next).await.expect("it is delivered");
    commit(&sink, Vec::new()).await.expect("it is committed");
    assert_eq!(ids(&server).await, ["c/uid-a/1", "c/uid-a/2"]);
}

#[tokio::test]
async fn own_schema_may_have_any_name() {
    let server = Server::start().await;
    let mut config = config(&server);
    config.schema = "my \"own\"".to_owned();
    let mut sink = watch_relay::sink::postgres::PostgresSink::new(&config).expect("it is valid");
    sink.open(None).await.expect("it opens");
    store(&mut sink, vec![message("a", 1, Added)], Vec::new()).await;
    let query = "SELECT id FROM \"my \"\"own\"\"\".changes";
    assert_eq!(texts(&server.client().await, query).await, ["c/uid-a/1"]);
}
