//! Watches: where they start, and which are rejected.

use serde_json::json;

use crate::client::{Next, builder, config_map, get, start, version, watch};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test]
async fn watch_without_a_version_starts_with_existing_objects() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    for query in ["watch=true", "watch=1&resourceVersion=0", "watch&resourceVersion="] {
        let name = format!("live-{}", query.len());
        let mut watching = watch(&server, &format!("{MAPS}?{query}")).await;
        watching.expect("ADDED", "a").await;
        server.store().create(config_map("default", &name)).unwrap();
        loop {
            let (kind, added) = watching.next_event().await;
            assert_eq!(kind, "ADDED");
            if added == name {
                break;
            }
        }
    }
}

#[tokio::test]
async fn watch_from_a_version_sends_only_later_events() {
    let server = start().await;
    server.store().create(config_map("default", "before")).unwrap();
    let from = server.store().current_revision();
    server.store().create(config_map("default", "after")).unwrap();
    let mut watching = watch(&server, &format!("{MAPS}?watch=true&resourceVersion={from}")).await;
    let line = watching.line().await;
    assert_eq!(line["type"], "ADDED");
    assert_eq!(line["object"]["kind"], "ConfigMap");
    assert_eq!(line["object"]["apiVersion"], "v1");
    assert_eq!(line["object"]["metadata"]["name"], "after");
    assert_eq!(version(&line["object"]), from + 1);
}

#[tokio::test]
async fn legacy_watch_paths_work() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    server.store().create(config_map("kube-system", "b")).unwrap();
    let mut all = watch(&server, "/api/v1/watch/configmaps").await;
    all.expect("ADDED", "a").await;
    all.expect("ADDED", "b").await;
    let mut some = watch(&server, "/api/v1/watch/namespaces/kube-system/configmaps").await;
    some.expect("ADDED", "b").await;
    let mut namespaces = watch(&server, "/api/v1/watch/namespaces").await;
    namespaces.expect("ADDED", "default").await;
}

#[tokio::test]
async fn single_object_is_watched_by_its_path() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    server.store().create(config_map("default", "b")).unwrap();
    let path = "/api/v1/watch/namespaces/default/configmaps/b?timeoutSeconds=1";
    let mut watching = watch(&server, path).await;
    watching.expect("ADDED", "b").await;
    assert_eq!(watching.next().await, Next::End);
    // The parameter is ignored for one object.
    let object = get(&server, &format!("{MAPS}/b?watch=true")).await.json();
    assert_eq!((&object["kind"], &object["metadata"]["name"]), (&json!("ConfigMap"), &json!("b")));
    assert_eq!(get(&server, &format!("{MAPS}/c?watch=true")).await.code, 404);
}

#[tokio::test]
async fn expired_version_is_an_error_event_with_the_oldest_version() {
    let server = builder().history(3).start().await.unwrap();
    for n in 0..5 {
        server.store().create(config_map("default", &format!("cm-{n}"))).unwrap();
    }
    let oldest = server.store().current_revision() - 3;
    let mut watching = watch(&server, &format!("{MAPS}?watch=true&resourceVersion=1")).await;
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": format!("too old resource version: 1 ({oldest})"),
        "reason": "Expired", "code": 410,
    });
    assert_eq!(watching.rest().await, [json!({"type": "ERROR", "object": expected})]);

    // A watch can start from the version in the message.
    let from_oldest = format!("{MAPS}?watch=true&timeoutSeconds=1&resourceVersion={oldest}");
    let lines = watch(&server, &from_oldest).await.rest().await;
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["object"]["metadata"]["name"], "cm-2");
}

#[tokio::test]
async fn compaction_expires_versions() {
    let server = start().await;
    let from = server.store().current_revision();
    server.store().create(config_map("default", "a")).unwrap();
    server.store().compact();
    let mut watching = watch(&server, &format!("{MAPS}?watch=1&resourceVersion={from}")).await;
    assert_eq!(watching.line().await["object"]["code"], 410);
    let now = server.store().current_revision();
    let mut watching = watch(&server, &format!("{MAPS}?watch=1&resourceVersion={now}")).await;
    server.store().create(config_map("default", "b")).unwrap();
    watching.expect("ADDED", "b").await;
}

#[tokio::test]
async fn future_version_is_waited_for_but_an_error_for_initial_events_lists_and_gets() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    let current = server.store().current_revision();
    let future = current + 7;
    let silent = format!("{MAPS}?watch=true&timeoutSeconds=1&resourceVersion={future}");
    assert!(watch(&server, &silent).await.rest().await.is_empty());

    let message = format!("Timeout: Too large resource version: {future}, current: {current}");
    let state = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    let state = format!("{MAPS}?watch=true&{state}&resourceVersion={future}");
    let lines = watch(&server, &state).await.rest().await;
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["type"], &lines[0]["object"]["code"]), (&json!("ERROR"), &json!(504)));
    assert_eq!(lines[0]["object"]["message"], message);
    for path in [MAPS.to_owned(), format!("{MAPS}/a")] {
        let response = get(&server, &format!("{path}?resourceVersion={future}")).await;
        assert_eq!(response.rejection(), (504, "Timeout".into()), "{path}");
        assert_eq!(response.message(), message);
        assert_eq!(response.json()["details"]["retryAfterSeconds"], 1);
        assert_eq!(response.headers["retry-after"], "1");
    }
}

#[tokio::test]
async fn malformed_version_is_500_as_on_a_real_server() {
    let server = start().await;
    for text in ["abc", "-1", "%2B5", "1.5"] {
        let response = get(&server, &format!("{MAPS}?watch=true&resourceVersion={text}")).await;
        assert_eq!(response.rejection(), (500, String::new()), "{text}");
    }
    let response = get(&server, &format!("{MAPS}?watch=true&resourceVersion=abc")).await;
    let message = r#"resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax"#;
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {},
        "status": "Failure", "message": message, "code": 500,
    });
    assert_eq!(response.json(), expected);
}

#[tokio::test]
async fn unwatchable_resource_is_405() {
    let server = start().await;
    let response = get(&server, "/api/v1/componentstatuses?watch=true").await;
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "watch is not supported on resources of kind \"componentstatuses\"",
        "reason": "MethodNotAllowed", "details": {"kind": "componentstatuses"}, "code": 405,
    });
    assert_eq!((response.code, response.json()), (405, expected));
}

#[tokio::test]
async fn initial_events_end_with_a_bookmark() {
    let server = start().await;
    for name in ["a", "b"] {
        server.store().create(config_map("default", name)).unwrap();
    }
    let query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let mut watching = watch(&server, &format!("{MAPS}?{query}")).await;
    watching.expect("ADDED", "a").await;
    watching.expect("ADDED", "b").await;
    let expected = json!({"type": "BOOKMARK", "object": {
        "kind": "ConfigMap", "apiVersion": "v1",
        "metadata": {
            "resourceVersion": server.store().current_revision().to_string(),
            "annotations": {"k8s.io/initial-events-end": "true"},
        },
    }});
    assert_eq!(watching.line().await, expected);
    server.store().create(config_map("default", "c")).unwrap();
    watching.expect("ADDED", "c").await;
}

/// As seen on 1.36.
#[tokio::test]
async fn end_of_initial_events_is_marked_unasked_if_bookmarks_are_allowed() {
    const ANNOTATION: &str = "/object/metadata/annotations/k8s.io~1initial-events-end";
    for (release, query, marked) in [
        ("1.37", "&allowWatchBookmarks=true", true),
        ("1.34", "&allowWatchBookmarks=true&resourceVersion=0", true),
        ("1.34", "&resourceVersion=0", false),
        ("1.33", "&allowWatchBookmarks=true", false),
        ("1.37", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", false),
    ] {
        let server = builder().release(release).start().await.unwrap();
        server.store().create(config_map("default", "a")).unwrap();
        let path = format!("{MAPS}?watch=true&timeoutSeconds=1{query}");
        let lines = watch(&server, &path).await.rest().await;
        assert_eq!(lines[0]["type"], "ADDED");
        let is_mark = |line: &serde_json::Value| line.pointer(ANNOTATION).is_some();
        assert_eq!(lines.get(1).is_some_and(is_mark), marked, "{release} {query}");
        assert!(lines.iter().skip(2).all(|line| !is_mark(line)));
    }
}

#[tokio::test]
async fn send_initial_events_false_skips_existing_objects() {
    let server = start().await;
    server.store().create(config_map("default", "a")).unwrap();
    let query = "watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan";
    let mut watching = watch(&server, &format!("{MAPS}?{query}")).await;
    server.store().create(config_map("default", "b")).unwrap();
    watching.expect("ADDED", "b").await;
}

#[tokio::test]
async fn send_initial_events_requires_match_and_no_continue() {
    let server = start().await;
    for query in [
        "sendInitialEvents=true",
        "sendInitialEvents=true&allowWatchBookmarks=true",
        "continue=abc",
        "sendInitialEvents=true&resourceVersionMatch=Exact&allowWatchBookmarks=true",
        "resourceVersionMatch=NotOlderThan",
    ] {
        let response = get(&server, &format!("{MAPS}?watch=true&{query}")).await;
        assert_eq!(response.rejection(), (422, "Invalid".into()), "{query}");
        assert!(response.message().starts_with("ListOptions.meta.k8s.io \"\" is invalid: "));
    }
}

#[tokio::test]
async fn old_releases_reject_or_ignore_send_initial_events() {
    let query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1";
    let rejecting = builder().release("1.20").start().await.unwrap();
    let response = get(&rejecting, &format!("{MAPS}?{query}")).await;
    assert_eq!(response.rejection(), (422, "Invalid".into()));

    let ignoring = builder().release("1.17").start().await.unwrap();
    ignoring.store().create(config_map("default", "a")).unwrap();
    let lines = watch(&ignoring, &format!("{MAPS}?{query}")).await.rest().await;
    assert_eq!(lines[0]["type"], "ADDED");
    for line in &lines[1..] {
        assert_eq!(line["object"]["metadata"].get("annotations"), None);
        assert_eq!(line["object"]["metadata"].get("creationTimestamp"), Some(&json!(null)));
    }
}

#[tokio::test]
async fn history_is_bounded_by_bytes() {
    let server = builder().history_bytes(20_000).start().await.unwrap();
    let from = server.store().current_revision();
    for name in ["a", "b", "c"] {
        let mut object = config_map("default", name);
        object["data"]["padding"] = "x".repeat(8_000).into();
        server.store().create(object).unwrap();
    }
    let path = |version: u64| format!("{MAPS}?watch=true&resourceVersion={version}");
    let mut kept = watch(&server, &path(from + 1)).await;
    kept.expect("ADDED", "b").await;
    kept.expect("ADDED", "c").await;
    let error = watch(&server, &path(from)).await.line().await;
    assert_eq!((&error["type"], &error["object"]["code"]), (&json!("ERROR"), &json!(410)));
}
