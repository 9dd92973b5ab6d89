//! A token that is revoked while a stream runs: the exec plugin runs again, and the stream resumes.

use std::os::unix::fs::PermissionsExt as _;

use futures::TryStreamExt as _;
use watchables::rel_1_37::Pod;
use watchables::{InitialList, StreamOptions, Watcher, connect_to};
use watchables_tests::{Reply, ScriptedServer, config_of, event_line, soon};

/// A credential plugin that issues `token-1`, `token-2` and so on, without an expiry.
const PLUGIN: &str = r#"#!/bin/sh
n=$(($(cat "$0.count" 2>/dev/null || echo 0) + 1))
echo $n >"$0.count"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-'$n'"}}'
"#;

#[tokio::test]
async fn revoked_token_is_renewed_and_the_stream_resumes() {
    let list = r#"{"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"name":"a"}}]}"#;
    let live = r#"{"type":"ADDED","object":{"metadata":{"name":"b","resourceVersion":"11"}}}"#;
    let expired = include_bytes!("../../data/recorded-1.36/status-401.json");
    let peer = ScriptedServer::start([
        Reply::status(200).chunk(list),
        Reply::status(401).chunk(&expired[..]),
        Reply::status(200).chunk(format!("{live}\n")).keep_open(),
    ])
    .await;

    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("plugin");
    std::fs::write(&plugin, PLUGIN).unwrap();
    std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut config = config_of(peer.url());
    config.auth_info = serde_json::from_value(serde_json::json!({
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": plugin,
            "interactiveMode": "Never",
        },
    }))
    .unwrap();
    let watcher = Watcher::<Pod>::new(connect_to(config).unwrap());
    let watcher = watcher.initial_list(InitialList::Paged);
    let mut events = watcher.stream(StreamOptions::managed());
    for line in ["ADDED a", "ADDED b"] {
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!(event_line(&event, |pod| pod.metadata.name.as_deref()), line);
    }
    let tokens: Vec<_> = peer
        .heads()
        .iter()
        .map(|head| {
            let (_, rest) = head.split_once("Bearer ").expect("a token");
            rest.split_whitespace().next().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(tokens.len(), 3);
    assert!(tokens[1] != tokens[2], "{tokens:?}");
    assert!(peer.requests()[2].contains("resourceVersion=10&"));
}
