//! Streams of a shard: objects of others are skipped, whoever filters.

use watchable_core::selector::ShardRange;

use super::relist::{item, list};
use super::*;

/// A stream of the second of two shards, that uses paged lists.
fn sharded() -> Harness {
    let settings = Settings {
        initial_list: InitialList::Paged,
        shard: ShardRange::of(1, 2),
        ..Settings::default()
    };
    Harness::with(settings, StreamOptions::managed(), None)
}

/// Returns uids of the first and of the second shard.
fn uids() -> [String; 2] {
    [0, 1].map(|index| {
        let shard = ShardRange::of(index, 2).unwrap();
        (0..100).map(|n| format!("{n}-uid")).find(|uid| shard.contains(uid)).unwrap()
    })
}

fn change(etype: &str, item: &str) -> String {
    format!("{{\"type\":\"{etype}\",\"object\":{item}}}\n")
}

/// A stream of the second shard that has delivered `ours`.
fn watching_ours() -> Harness {
    let [other, own] = uids();
    let mut harness = sharded();
    assert!(harness.request().ends_with(
        "&shardSelector=shardRange%28object.metadata.uid%2C+\
         %270x8000000000000000%27%2C+%270x10000000000000000%27%29"
    ));
    harness.list(&list(10, "", &[item("theirs", &other, 5), item("ours", &own, 6)]));
    assert_eq!(harness.deliveries(), ["ADDED Initial ours"]);
    assert!(harness.request().contains("resourceVersion=10&"));
    harness.accept_watch();
    harness
}

#[test]
fn objects_of_other_shards_are_neither_delivered_nor_indexed() {
    let [other, own] = uids();
    let mut harness = watching_ours();
    let events = [
        change("MODIFIED", &item("theirs", &other, 11)),
        change("MODIFIED", &item("ours", &own, 12)),
        change("DELETED", &item("theirs", &other, 13)),
    ];
    harness.chunk(&events.concat());
    assert_eq!(harness.deliveries(), ["MODIFIED Live ours"]);
    assert_eq!(harness.machine.version(), Some("13"), "the version advances all the same");
    assert_eq!(harness.machine.status(harness.now).indexed_objects, 1);
}

#[test]
fn deletion_without_uid_is_of_the_shard_of_the_delivered_object() {
    let mut harness = watching_ours();
    let unnamed = change("DELETED", r#"{"metadata":{"name":"ours","resourceVersion":"11"}}"#);
    harness.chunk(&unnamed);
    assert_eq!(harness.deliveries(), ["DELETED Live ours"]);
}

#[test]
fn recreation_in_another_shard_is_a_deletion() {
    let [other, own] = uids();
    let mut harness = watching_ours();
    let events =
        [change("DELETED", &item("ours", &own, 11)), change("ADDED", &item("ours", &other, 12))];
    harness.chunk(&events.concat());
    assert_eq!(harness.deliveries(), ["DELETED Live ours"]);

    let mut harness = watching_ours();
    harness.chunk(GONE);
    harness.request();
    harness.list(&list(20, "", &[item("ours", &other, 12)]));
    assert_eq!(harness.deliveries(), ["DELETED Repair ours"], "found by the list");
}

#[test]
fn pages_without_own_objects_are_progress() {
    let [other, _] = uids();
    let mut harness = sharded();
    harness.request();
    for page in 0..30 {
        let name = format!("theirs-{page}");
        harness.list(&list(10, &format!("token-{page}"), &[item(&name, &other, 5)]));
        assert!(harness.request().contains("continue=token-"), "page {page} is followed at once");
    }
}

#[test]
fn status_says_whether_the_server_selects_the_shard() {
    let selected = |harness: &mut Harness| harness.machine.status(harness.now).shard_is_selected;
    let own = "shardRange(object.metadata.uid, '0x8000000000000000', '0x10000000000000000')";
    let short = "shardRange(object.metadata.uid,'0x8000000000000000','0x10000000000000000')";
    let other = "shardRange(object.metadata.uid, '0x0', '0x8000000000000000')";
    for (info, expected) in
        [(Some(own), true), (Some(short), true), (Some(other), false), (None, false)]
    {
        let mut harness = sharded();
        harness.request();
        assert_eq!(selected(&mut harness), None);
        let info = info.map(|info| format!(r#","shardInfo":{{"selector":"{info}"}}"#));
        let info = info.unwrap_or_default();
        harness.list(&format!(r#"{{"metadata":{{"resourceVersion":"7"{info}}},"items":[]}}"#));
        harness.request();
        assert_eq!(selected(&mut harness), Some(expected), "{info}");
    }
    let mut harness = managed(None);
    harness.request();
    harness.list(LIST);
    harness.deliveries();
    assert_eq!(selected(&mut harness), None, "a stream of everything");
}
