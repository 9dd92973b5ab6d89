//! What the server offers to a watcher.

use std::time::Instant;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::permissions::Collection;
use super::report::{Check, Report};
use super::requests::{Failure, Requests};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// A selector that no object matches, so that no response is large.
const NONE: &str = "fieldSelector=metadata.name%3Dwatchables-doctor-looks-for-nothing";

/// The second half of all objects.
const SHARD: &str = "shardSelector=shardRange%28object.metadata.uid%2C+%270x8000000000000000%27%2C+%270x10000000000000000%27%29";

/// Lists and watches, and looks at the responses.
pub(super) async fn check(requests: &Requests, collection: &Collection, report: &mut Report) {
    let Collection { what, path } = collection;
    let started = Instant::now();
    let list = requests.get(&format!("{path}?limit=1"), &format!("{PROTOBUF}, {JSON}")).await;
    let list = match list {
        Ok(list) => list,
        Err(failure) => {
            let mend = failure.mend();
            let text = format!("{what}: {}", failure.text);
            return report.add(Check::failed("list", text, mend).took(started.elapsed()));
        }
    };
    report.add(Check::fine("list", what.clone()).took(started.elapsed()));
    report.add(wire(&list.headers));
    let streams = streaming_list(requests, path, report).await;
    let Some(sends_bookmarks) = streams else { return };
    watch(requests, path, sends_bookmarks, report).await;
    report.add(fairness(&list.headers));
    report.add(shards(requests, path).await);
}

/// Says in which encoding the server sends objects.
fn wire(headers: &HeaderMap) -> Check {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match content_type {
        Some(sent) if sent.starts_with(PROTOBUF) => Check::fine("wire", "protobuf"),
        // Custom resources have no other.
        _ => Check::fine("wire", "JSON: the server has no protobuf for this resource"),
    }
}

/// Asks for the initial list as a stream. Returns whether the server sends bookmarks, as far as is known, and `None`
/// if it refuses watches.
async fn streaming_list(requests: &Requests, path: &str, report: &mut Report) -> Option<bool> {
    let started = Instant::now();
    let path = format!(
        "{path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true\
         &timeoutSeconds=2&{NONE}"
    );
    let without =
        "not supported by this server (usual since Kubernetes 1.34); lists are read in pages";
    let (check, sends_bookmarks) = match requests.watch(&path, is_end_of_list).await {
        Ok(true) => (Check::fine("streaming list", "supported"), true),
        Ok(false) => (Check::fine("streaming list", without), false),
        // They are refused, or not understood.
        Err(Failure { code: Some(400 | 406 | 422), .. }) => {
            (Check::fine("streaming list", without), false)
        }
        Err(failure) => {
            let mend = failure.mend();
            let check = Check::failed("watch", failure.text, mend).took(started.elapsed());
            report.add(check);
            return None;
        }
    };
    report.add(check.took(started.elapsed()));
    Some(sends_bookmarks)
}

fn is_end_of_list(event: &Value) -> bool {
    let annotations = &event["object"]["metadata"]["annotations"];
    event["type"] == "BOOKMARK" && annotations["k8s.io/initial-events-end"] == "true"
}

/// Opens a watch, which the server ends after a second.
async fn watch(requests: &Requests, path: &str, sends_bookmarks: bool, report: &mut Report) {
    let started = Instant::now();
    let path = format!("{path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&{NONE}");
    let is_bookmark = |event: &Value| event["type"] == "BOOKMARK";
    let seen = match requests.watch(&path, is_bookmark).await {
        Ok(seen) => seen,
        Err(failure) => {
            let mend = failure.mend();
            let check = Check::failed("watch", failure.text, mend).took(started.elapsed());
            return report.add(check);
        }
    };
    report.add(Check::fine("watch", "opened, and ended by the server").took(started.elapsed()));
    report.add(Check::fine(
        "bookmarks",
        if seen || sends_bookmarks {
            "sent by the server"
        } else {
            "asked for; servers send one each minute or so"
        },
    ));
}

/// Says to which queue of the server the requests belong.
fn fairness(headers: &HeaderMap) -> Check {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let level = header("x-kubernetes-pf-prioritylevel-uid");
    let schema = header("x-kubernetes-pf-flowschema-uid");
    match (level, schema) {
        (Some(level), Some(schema)) => Check::fine(
            "priority",
            format!("requests are in the flow schema {schema}, priority level {level}"),
        ),
        _ => Check::fine("priority", "the server sends no headers of API Priority and Fairness"),
    }
}

/// Asks for a shard. A server that does not know the parameter ignores it, or refuses it.
async fn shards(requests: &Requests, path: &str) -> Check {
    let without = "not supported by this server (feature gate ShardedListAndWatch); replicas leave out what is not theirs";
    match requests.get(&format!("{path}?limit=1&{NONE}&{SHARD}"), JSON).await {
        Ok(list) => {
            let list: Value = serde_json::from_slice(&list.body).unwrap_or_default();
            let is_applied = list["metadata"]["shardInfo"]["selector"].is_string();
            Check::fine("sharding", if is_applied { "supported" } else { without })
        }
        Err(Failure { code: Some(400 | 422), .. }) => Check::fine("sharding", without),
        Err(failure) => {
            let mend = failure.mend();
            Check::warning("sharding", failure.text, mend)
        }
    }
}
