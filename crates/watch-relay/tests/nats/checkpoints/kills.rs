//! Commits that are cut off: the server is killed, or nobody waits for their end.

use std::time::Duration;

use watch_durable::{Batch, CheckpointStore as _, Row};
use watch_relay::checkpoints::jetstream::{JetStreamCheckpoints, JetStreamConfig};

use crate::support::Server;

const KEYS: u32 = 200;

/// Gives all rows the same value: with the server's limit, a commit has several messages.
fn all(value: u32) -> Vec<Batch> {
    let puts = (0..KEYS).map(|key| Row {
        key: key.to_le_bytes().to_vec(),
        value: value.to_string().repeat(50).into_bytes(),
    });
    vec![Batch { stream: "pods".to_owned(), puts: puts.collect(), removals: Vec::new() }]
}

/// Returns the value that all rows have.
async fn value(checkpoints: &JetStreamCheckpoints) -> u32 {
    let rows = checkpoints.load("pods").await.expect("it loads");
    let Some(first) = rows.first() else { return 0 };
    assert_eq!(rows.len(), KEYS as usize);
    assert!(rows.iter().all(|row| row.value == first.value), "half a commit is seen");
    let text = str::from_utf8(&first.value).expect("a text");
    text[..text.len() / 50].parse().expect("a number")
}

async fn open(server: &Server) -> JetStreamCheckpoints {
    let config = JetStreamConfig { timeout_seconds: 1, ..JetStreamConfig::new(server.url()) };
    JetStreamCheckpoints::open(&config, "pods/0", None).await.expect("it opens")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_killed_within_commits_leaves_whole_ones() {
    let mut server = Server::with("max_payload: 8192");
    let mut next = 10_u32;
    let mut cut_off = 0;
    for round in 0..8 {
        let checkpoints = open(&server).await;
        checkpoints.compact_from(100_000).await;
        let loaded = value(&checkpoints).await;
        let begun = next;
        let first = tokio::sync::Notify::new();
        let committing = async {
            let mut last = loaded;
            loop {
                next += 1;
                match checkpoints.commit(all(next)).await {
                    Ok(()) => {
                        last = next;
                        first.notify_one();
                    }
                    Err(_) => return last,
                }
            }
        };
        let killing = async {
            // However slow the machine is.
            first.notified().await;
            tokio::time::sleep(Duration::from_millis(40 + 17 * round)).await;
            tokio::task::block_in_place(|| server.kill());
        };
        let (acknowledged, ()) = tokio::join!(committing, killing);
        assert!(acknowledged > begun, "nothing was committed before the server was killed");
        server.restart();
        let found = value(&open(&server).await).await;
        assert!((acknowledged..=next).contains(&found), "{acknowledged} <= {found} <= {next}");
        cut_off += u32::from(found < next);
    }
    assert!(cut_off > 0, "no commit was cut off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commit_that_is_dropped_is_there_as_a_whole_or_not_at_all() {
    let server = Server::with("max_payload: 8192");
    let checkpoints = open(&server).await;
    checkpoints.compact_from(100_000).await;
    let (mut dropped, mut done) = (0, 0);
    for number in 11..111_u32 {
        let patience = Duration::from_micros(u64::from(number - 10) * 50);
        match tokio::time::timeout(patience, checkpoints.commit(all(number))).await {
            Ok(committed) => {
                committed.expect("it is committed");
                done += 1;
            }
            Err(_) => dropped += 1,
        }
        if number % 10 == 0 {
            let found = value(&checkpoints).await;
            assert!(found <= number, "{found} of {number}");
        }
    }
    assert!(dropped > 0, "{dropped} dropped, {done} done");
    checkpoints.commit(all(999)).await.expect("what was dropped before is no obstacle");
    assert_eq!(value(&open(&server).await).await, 999);
}
