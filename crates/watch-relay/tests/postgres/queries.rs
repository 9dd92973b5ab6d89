//! The queries of docs/relay-postgres.md.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio_postgres::SimpleQueryMessage;
use watch_protocol::EventType::{self, Added, Deleted, Modified};
use watch_relay::Message;

use crate::support::{open, store, with_object};
use engines::postgres::Server;

/// What each query shows of the events below, in the order of the page.
const ROWS: [&[&str]; 9] = [
    &[],
    &[
        "2026-01-02 09:10:00+00|MODIFIED|pods|shop|web-1|kubelet",
        "2026-01-02 09:20:00+00|ADDED|pods|shop|web-2|kubectl-edit",
        "2026-01-02 09:40:00+00|DELETED|pods|shop|web-1|kubelet",
    ],
    &[
        "2026-01-02 08:00:00+00|ADDED|kubectl-edit|1",
        "2026-01-02 09:10:00+00|MODIFIED|kubelet|2",
        "2026-01-02 09:40:00+00|DELETED|kubelet|4",
    ],
    &["2026-01-02 08:00:00+00|pods|shop|web-1", "2026-01-02 09:20:00+00|pods|shop|web-2"],
    &["web-1|2|Running", "web-2|3|Pending"],
    &[
        "2026-01-02 08:00:00+00|web-1||Pending",
        "2026-01-02 09:10:00+00|web-1|Pending|Running",
        "2026-01-02 09:20:00+00|web-2||Pending",
        "2026-01-02 10:00:00+00|web-2|Pending|Running",
    ],
    &["Running|1"],
    &["2026-01-02 09:58:30+00|2026-01-02 10:00:00+00|1"],
    &[],
];

fn event(name: &str, version: u64, etype: EventType, time: &str, phase: &str) -> Message {
    let mut managers = vec![json!({"manager": "kubectl-edit", "time": "2026-01-02T08:00:00Z"})];
    if phase == "Running" {
        managers.push(json!({"manager": "kubelet", "time": "2026-01-02T09:10:00Z"}));
    }
    let object = json!({
        "metadata": {"name": name, "managedFields": managers},
        "status": {"phase": phase},
    });
    let mut event = with_object(name, version, etype, &object);
    event.time = format!("2026-01-02T{time}:00Z").parse().expect("a time");
    event
}

#[tokio::test]
async fn each_query_of_the_page_shows_what_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/relay-postgres.md");
    let page = fs::read_to_string(path).expect("it is read");
    let queries: Vec<&str> = page
        .split("```sql\n")
        .skip(1)
        .map(|block| block.split_once("```").expect("a block ends").0)
        .collect();
    assert_eq!(queries.len(), ROWS.len());

    let server = Server::start().await;
    let mut sink = open(&server).await;
    let mut repaired = event("web-2", 5, Modified, "10:00", "Running");
    repaired.is_repair = true;
    repaired.gap = Some(Duration::from_secs(90));
    let events = vec![
        event("web-1", 1, Added, "08:00", "Pending"),
        event("web-1", 2, Modified, "09:10", "Running"),
        event("web-2", 3, Added, "09:20", "Pending"),
        event("web-1", 4, Deleted, "09:40", "Running"),
        repaired,
    ];
    store(&mut sink, events, Vec::new()).await;
    let client = server.client().await;
    client.batch_execute("SET TimeZone = 'UTC'").await.expect("it is set");
    for (query, expected) in queries.into_iter().zip(ROWS) {
        let messages = client.simple_query(query).await.expect(query);
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let text = |row: &tokio_postgres::SimpleQueryRow| {
            let columns = (0..row.len()).map(|at| row.get(at).unwrap_or_default());
            columns.collect::<Vec<_>>().join("|")
        };
        assert_eq!(rows.map(text).collect::<Vec<_>>(), expected, "{query}");
    }
}
