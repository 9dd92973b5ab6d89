//! Shard selectors: applied by a server with the feature gate, ignored by others.

use serde_json::Value;
use watchable_core::selector::ShardRange;

use crate::client::{builder, config_map, get, names, start};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// Returns `shardSelector=…` in a URL.
fn query(selector: &str) -> String {
    format!("shardSelector={}", selector.replace(' ', "%20").replace('|', "%7C"))
}

fn shard(index: u32, count: u32) -> String {
    ShardRange::of(index, count).unwrap().to_string()
}

#[tokio::test]
async fn shards_partition_a_list_and_the_list_says_so() {
    let server = builder().sharded_list_and_watch(true).start().await.unwrap();
    for n in 0..30 {
        server.store().create(config_map("default", &format!("cm-{n:02}"))).unwrap();
    }
    let mut all = Vec::new();
    for index in 0..3 {
        let selector = shard(index, 3);
        let list = get(&server, &format!("{MAPS}?{}", query(&selector))).await.json();
        assert_eq!(list["metadata"]["shardInfo"]["selector"], *selector);
        for item in list["items"].as_array().unwrap() {
            let uid = item["metadata"]["uid"].as_str().unwrap();
            assert!(ShardRange::of(index, 3).unwrap().contains(uid), "{uid}");
        }
        all.extend(names(&list));
    }
    all.sort();
    let whole = get(&server, MAPS).await.json();
    assert_eq!(all, names(&whole));
    assert_eq!(whole["metadata"].get("shardInfo"), None);

    let two = format!("{} || {}", shard(0, 3), shard(2, 3));
    let list = get(&server, &format!("{MAPS}?{}", query(&two))).await.json();
    let third = get(&server, &format!("{MAPS}?{}", query(&shard(1, 3)))).await.json();
    assert_eq!(names(&list).len() + names(&third).len(), 30);
}

#[tokio::test]
async fn malformed_shard_selector_is_a_bad_request() {
    let server = builder().sharded_list_and_watch(true).start().await.unwrap();
    for parameters in ["", "&watch=true"] {
        let response = get(&server, &format!("{MAPS}?shardSelector=half{parameters}")).await;
        assert_eq!(response.code, 400);
        let message: Value = response.json()["message"].clone();
        assert!(message.as_str().unwrap().contains("invalid shardSelector: \"half\""), "{message}");
    }
}

#[tokio::test]
async fn shard_selector_is_ignored_without_the_feature_gate() {
    let server = start().await;
    for n in 0..20 {
        server.store().create(config_map("default", &format!("cm-{n:02}"))).unwrap();
    }
    let list = get(&server, &format!("{MAPS}?{}", query(&shard(0, 2)))).await.json();
    assert_eq!(names(&list).len(), 20);
    assert_eq!(list["metadata"].get("shardInfo"), None);
}
