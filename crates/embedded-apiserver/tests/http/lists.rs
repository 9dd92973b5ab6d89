//! Lists: shape, pages, versions and selectors.

use serde_json::{Value, json};

use crate::client::{builder, config_map, delete, get, labelled, names, put, start, version};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn fill(server: &embedded_apiserver::EmbeddedServer, count: usize) {
    for n in 0..count {
        server.store().create(config_map("default", &format!("cm-{n:03}"))).unwrap();
    }
}

#[tokio::test]
async fn list_has_a_kind_and_its_items_do_not() {
    let server = start().await;
    fill(&server, 2);
    let response = get(&server, MAPS).await;
    assert_eq!(response.headers["content-type"], "application/json");
    assert!(response.text.starts_with(r#"{"kind":"ConfigMapList","apiVersion":"v1","metadata":"#));
    let list = response.json();
    assert_eq!(version(&list), server.store().current_revision());
    assert_eq!(names(&list), ["cm-000", "cm-001"]);
    let item = &list["items"][0];
    assert!(item.get("kind").is_none() && item.get("apiVersion").is_none());
    assert_eq!(item["data"]["greeting"], "grüß dich\n✓");
    assert_eq!(list["metadata"].get("continue"), None);
}

#[tokio::test]
async fn empty_list_has_an_empty_array() {
    let server = start().await;
    assert_eq!(get(&server, "/apis/example.com/v1/widgets").await.json()["items"], json!([]));
    assert_eq!(get(&server, "/api/v1/componentstatuses").await.json()["items"], json!([]));
}

#[tokio::test]
async fn large_list_is_complete() {
    let server = start().await;
    let mut big = config_map("default", "big");
    big["data"]["text"] = "x".repeat(50_000).into();
    for n in 0..5 {
        big["metadata"]["name"] = format!("big-{n}").into();
        server.store().create(big.clone()).unwrap();
    }
    let list = get(&server, MAPS).await.json();
    assert_eq!(names(&list), ["big-0", "big-1", "big-2", "big-3", "big-4"]);
    assert_eq!(list["items"][4]["data"], big["data"]);
}

#[tokio::test]
async fn pages_are_one_consistent_snapshot() {
    let server = start().await;
    fill(&server, 7);
    server.store().create(config_map("kube-system", "elsewhere")).unwrap();
    let first = get(&server, &format!("{MAPS}?limit=3")).await.json();
    let at = version(&first);
    assert_eq!(names(&first), ["cm-000", "cm-001", "cm-002"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 4);

    // A create, a delete, an update, and a recreation.
    server.store().create(config_map("default", "cm-0035")).unwrap();
    delete(&server, &format!("{MAPS}/cm-003")).await;
    let mut changed = config_map("default", "cm-004");
    changed["data"]["greeting"] = "changed".into();
    put(&server, &format!("{MAPS}/cm-004"), changed).await;
    delete(&server, &format!("{MAPS}/cm-006")).await;
    server.store().create(config_map("default", "cm-006")).unwrap();

    let token = first["metadata"]["continue"].as_str().unwrap();
    let second = get(&server, &format!("{MAPS}?limit=3&continue={token}")).await.json();
    assert_eq!((version(&second), names(&second)), (at, vec_of(["cm-003", "cm-004", "cm-005"])));
    assert_eq!(second["items"][1]["data"]["greeting"], "grüß dich\n✓");
    assert_eq!(second["metadata"]["remainingItemCount"], 1);
    let token = second["metadata"]["continue"].as_str().unwrap();
    let third = get(&server, &format!("{MAPS}?limit=3&continue={token}")).await.json();
    assert_eq!((version(&third), names(&third)), (at, vec_of(["cm-006"])));
    assert!(version(&third["items"][0]) <= at);
    assert_eq!(third["metadata"].get("continue"), None);
}

#[tokio::test]
async fn pages_and_exact_versions_expire_with_the_history() {
    let server = builder().history(4).start().await.unwrap();
    fill(&server, 3);
    let first = get(&server, &format!("{MAPS}?limit=1")).await.json();
    let token = first["metadata"]["continue"].as_str().unwrap().to_owned();
    let next = format!("{MAPS}?limit=1&continue={token}");
    assert_eq!(get(&server, &next).await.code, 200);
    for n in 0..5 {
        server.store().create(config_map("kube-system", &format!("later-{n}"))).unwrap();
    }
    let expired = get(&server, &next).await;
    assert_eq!(expired.rejection(), (410, "Expired".into()));
    assert!(expired.message().contains("continue parameter is too old"));
    let next = expired.json()["metadata"]["continue"].as_str().unwrap().to_owned();
    let rest = get(&server, &format!("{MAPS}?limit=1&continue={next}")).await.json();
    assert_eq!(names(&rest), names(&get(&server, MAPS).await.json())[1..2]);
    assert_eq!(version(&rest), server.store().current_revision());
    let at = version(&first);
    let exact = format!("{MAPS}?resourceVersion={at}&resourceVersionMatch=Exact");
    assert_eq!(get(&server, &exact).await.rejection(), (410, "Expired".into()));
}

#[tokio::test]
async fn malformed_continue_token_is_rejected() {
    let server = start().await;
    let response = get(&server, &format!("{MAPS}?continue=abc")).await;
    assert_eq!(response.rejection(), (400, "BadRequest".into()));
    assert!(response.message().starts_with("invalid continue token: continue key is not valid: "));
}

#[tokio::test]
async fn resource_version_match_selects_the_listed_version() {
    let server = start().await;
    fill(&server, 1);
    let then = server.store().current_revision();
    server.store().create(config_map("default", "later")).unwrap();
    let listed =
        async |query: String| names(&get(&server, &format!("{MAPS}?{query}")).await.json());
    assert_eq!(listed("resourceVersion=0".into()).await.len(), 2);
    assert_eq!(listed(format!("resourceVersion={then}")).await.len(), 2);
    let match_of = |kind| format!("resourceVersion={then}&resourceVersionMatch={kind}");
    assert_eq!(listed(match_of("NotOlderThan")).await.len(), 2);
    assert_eq!(listed(match_of("Exact")).await, ["cm-000"]);
    // With a limit and without a match, the version means Exact, as it always has.
    assert_eq!(listed(format!("resourceVersion={then}&limit=9")).await, ["cm-000"]);
}

#[tokio::test]
async fn invalid_version_parameters_are_rejected() {
    let server = start().await;
    let future = server.store().current_revision() + 1;
    for (query, code, reason) in [
        ("resourceVersion=abc", 500, ""),
        ("resourceVersionMatch=Exact", 422, "Invalid"),
        ("resourceVersion=0&resourceVersionMatch=Exact", 422, "Invalid"),
        ("resourceVersion=5&resourceVersionMatch=Roughly", 422, "Invalid"),
        ("continue=abc&resourceVersionMatch=Exact&resourceVersion=5", 422, "Invalid"),
        ("continue=abc&resourceVersion=5", 400, "BadRequest"),
        ("limit=many", 400, "BadRequest"),
        (&format!("resourceVersion={future}"), 504, "Timeout"),
        (&format!("resourceVersion={future}&resourceVersionMatch=Exact"), 504, "Timeout"),
    ] {
        let response = get(&server, &format!("{MAPS}?{query}")).await;
        assert_eq!(response.rejection(), (code, reason.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn selectors_filter_lists_and_omit_the_remaining_count() {
    let server = start().await;
    for (name, app) in [("a", "web"), ("b", "db"), ("c", "web"), ("d", "web")] {
        server.store().create(labelled(name, app)).unwrap();
    }
    server.store().create(config_map("kube-system", "a")).unwrap();
    let list =
        async |query: &str| get(&server, &format!("/api/v1/configmaps?{query}")).await.json();
    assert_eq!(names(&list("labelSelector=app%3Dweb").await), ["a", "c", "d"]);
    assert_eq!(names(&list("labelSelector=app+notin+(web)").await), ["b", "a"]);
    assert_eq!(names(&list("fieldSelector=metadata.name%3Da").await), ["a", "a"]);
    let both = list("fieldSelector=metadata.name%3Da,metadata.namespace!%3Ddefault").await;
    assert_eq!(both["items"][0]["metadata"]["namespace"], "kube-system");
    assert_eq!(names(&list("labelSelector=&fieldSelector=").await).len(), 5);

    let page = list("labelSelector=app%3Dweb&limit=2").await;
    assert_eq!(page["metadata"].get("remainingItemCount"), None);
    let token = page["metadata"]["continue"].as_str().unwrap();
    let end = list(&format!("labelSelector=app%3Dweb&limit=2&continue={token}")).await;
    assert_eq!((names(&end), end["metadata"].get("continue")), (vec_of(["d"]), None::<&Value>));
}

#[tokio::test]
async fn malformed_selectors_are_rejected() {
    let server = start().await;
    let response = get(&server, &format!("{MAPS}?fieldSelector=spec.nope%3D1")).await;
    assert_eq!(response.rejection(), (400, "BadRequest".into()));
    assert_eq!(
        response.message(),
        "\"spec.nope\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    );
    let response = get(&server, "/api/v1/pods?fieldSelector=spec.nope%3D1").await;
    assert_eq!(response.message(), "field label not supported: spec.nope");
    let response = get(&server, &format!("{MAPS}?labelSelector=a+within+(b)")).await;
    assert_eq!(response.rejection(), (400, "BadRequest".into()));
}

#[tokio::test]
async fn versions_of_a_group_share_their_objects() {
    let server = start().await;
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 1},
    });
    server.store().create(deployment).unwrap();
    let old = get(&server, "/apis/apps/v1beta1/namespaces/default/deployments/web").await.json();
    assert_eq!((&old["apiVersion"], &old["spec"]["replicas"]), (&json!("apps/v1beta1"), &json!(1)));
}

fn vec_of<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).into()
}
