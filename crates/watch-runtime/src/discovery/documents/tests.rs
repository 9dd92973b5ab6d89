//! Decoding of discovery documents.

use serde_json::json;

use super::*;

fn aggregated(groups: &Value) -> RootDocument {
    let kind = "APIGroupDiscoveryList";
    RootDocument::parse(&json!({"kind": kind, "metadata": {}, "items": groups}), "/apis")
}

fn names(served: &[ServedResource]) -> Vec<String> {
    served.iter().map(|served| served.resource.to_string()).collect()
}

#[test]
fn aggregated_document_lists_all_resources() {
    let text = r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
        {"metadata":{"creationTimestamp":null},"versions":[{"version":"v1","resources":[
            {"resource":"pods","responseKind":{"group":"","version":"","kind":"Pod"},"scope":"Namespaced","singularResource":"pod","verbs":["get","watch"],"shortNames":["po"],"subresources":[{"subresource":"log"}]},
            {"resource":"nokind","responseKind":null,"scope":"Namespaced","singularResource":"","verbs":["create"]}],"freshness":"Current"}]},
        {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1","freshness":"Stale"}]},
        {"metadata":{"name":"batch"},"versions":[
            {"version":"v1","resources":[{"resource":"jobs","responseKind":{"kind":"Job"},"scope":"Cluster","verbs":[]}]},
            {"version":"v1beta1","resources":[{"resource":"jobs","responseKind":{"kind":"Job"},"scope":"Cluster","verbs":[]}]}]}]}"#;
    let document = RootDocument::parse(&serde_json::from_str(text).unwrap(), "/api");
    let served = &document.resources;
    let lines: Vec<_> = served
        .iter()
        .map(|s| format!("{} {:?} {} {}", s.resource, s.resource.scope(), s.singular, s.preferred))
        .collect();
    assert_eq!(
        lines,
        [
            "pods/v1 Namespaced pod true",
            "jobs.batch/v1 Cluster job true",
            "jobs.batch/v1beta1 Cluster job false"
        ]
    );
    assert!(served[0].is_watchable() && served[0].short_names == ["po"]);
    let omitted: Vec<_> = document.omitted.iter().map(|o| o.failure.to_string()).collect();
    assert_eq!(omitted, ["GET /api: the API server of metrics.k8s.io is unavailable (Stale)"]);
}

#[test]
fn group_list_yields_preferred_versions_first() {
    let paths = |path: &str, text: &str| {
        let document = RootDocument::parse(&serde_json::from_str(text).unwrap(), path);
        document.versions.iter().map(GroupVersion::path).collect::<Vec<_>>()
    };
    assert_eq!(paths("/api", r#"{"kind":"APIVersions","versions":["v1"]}"#), ["/api/v1"]);
    assert_eq!(
        paths(
            "/apis",
            r#"{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1beta1","version":"v1beta1"},{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"version":"v1"}}]}"#
        ),
        ["/apis/apps/v1", "/apis/apps/v1beta1"]
    );
}

#[test]
fn subresources_are_omitted() {
    let document = json!({"resources": [
        {"name": "pods", "singularName": "", "namespaced": true, "kind": "Pod", "verbs": ["watch"]},
        {"name": "pods/log", "singularName": "", "namespaced": true, "kind": "Pod", "verbs": ["get"]},
    ]});
    let version = GroupVersion { group: String::new(), version: "v1".to_owned(), preferred: true };
    let served = resource_list(&document, &version);
    assert_eq!((served.len(), served[0].singular.as_str()), (1, "pod"));
}

#[test]
fn incomplete_aggregated_entries_do_not_affect_others() {
    let foos = json!({"resource": "foos", "responseKind": {"kind": "Foo"}, "verbs": ["watch"]});
    for (member, value, expected) in [
        ("responseKind", json!({}), &[] as &[_]),
        ("responseKind", json!({"kind": null}), &[]),
        ("responseKind", json!("Foo"), &[]),
        ("resource", Value::Null, &[]),
        ("resource", json!(3), &[]),
        ("scope", Value::Null, &["foos.x/v1"]),
        ("singularResource", Value::Null, &["foos.x/v1"]),
        ("shortNames", json!({"no": "list"}), &["foos.x/v1"]),
        ("verbs", Value::Null, &["foos.x/v1"]),
    ] {
        let mut odd = foos.clone();
        odd[member] = value;
        let versions = json!([{"version": "v1", "resources": [odd, null, 1]}]);
        let document = aggregated(&json!([
            {"metadata": {"name": "x"}, "versions": versions},
            {"metadata": {"name": "apps"}, "versions": [{"version": "v1", "resources": [foos]}]},
        ]));
        let expected: Vec<_> = expected.iter().copied().chain(["foos.apps/v1"]).collect();
        assert_eq!(names(&document.resources), expected, "{member}");
        assert!(document.resources.iter().all(ServedResource::is_watchable), "{member}");
    }
}

#[test]
fn incomplete_aggregated_groups_do_not_affect_others() {
    let foos = json!({"resource": "foos", "responseKind": {"kind": "Foo"}});
    let versions = json!([{"version": "v1", "resources": [foos]}]);
    for odd in [
        json!(null),
        json!({"metadata": null, "versions": versions}),
        json!({"metadata": {"name": null}, "versions": versions}),
        json!({"metadata": {"name": "x"}, "versions": null}),
        json!({"metadata": {"name": "x"}, "versions": [null, {"version": null}, {"version": "v1", "resources": null}]}),
    ] {
        let apps = json!({"metadata": {"name": "apps"}, "versions": versions});
        let document = aggregated(&json!([odd, apps]));
        assert_eq!(names(&document.resources), ["foos.apps/v1"], "{odd}");
    }
}

#[test]
fn incomplete_entries_of_a_group_list_do_not_affect_others() {
    let apps = json!({"name": "apps", "versions": [{"version": "v1"}]});
    for (odd, omitted) in [
        (json!(null), None),
        (
            json!({"name": "", "versions": null, "preferredVersion": {"groupVersion": "", "version": ""}}),
            None,
        ),
        (json!({"name": null, "versions": [{"version": "v1"}]}), None),
        (
            json!({"name": "x", "versions": null}),
            Some("GET /apis: the server lists no version of x"),
        ),
        (
            json!({"name": "x", "versions": [null, {"version": ""}]}),
            Some("GET /apis: the server lists no version of x"),
        ),
    ] {
        let document = RootDocument::parse(&json!({"groups": [odd, apps]}), "/apis");
        let paths: Vec<_> = document.versions.iter().map(GroupVersion::path).collect();
        assert_eq!(paths, ["/apis/apps/v1"], "{odd}");
        let found = document.omitted.first().map(|group| group.failure.to_string());
        assert_eq!(found.as_deref(), omitted, "{odd}");
    }
    let versions = json!([{"groupVersion": "apps/v1"}]);
    let groups = json!({"groups": [{"name": "apps", "versions": versions}]});
    let document = RootDocument::parse(&groups, "/apis");
    assert_eq!(document.versions[0].path(), "/apis/apps/v1");
}

#[test]
fn incomplete_entries_of_a_resource_list_do_not_affect_others() {
    let version = GroupVersion { group: "x".to_owned(), version: "v1".to_owned(), preferred: true };
    let bars = json!({"name": "bars", "kind": "Bar", "verbs": ["watch"]});
    for (odd, expected) in [
        (json!(null), 1),
        (json!({"name": "foos", "namespaced": true}), 1),
        (json!({"name": null, "kind": "Foo"}), 1),
        (json!({"name": "foos", "kind": "Foo", "singularName": null, "shortNames": null}), 2),
        (json!({"name": "foos", "kind": "Foo", "namespaced": "yes"}), 2),
    ] {
        let served = resource_list(&json!({"resources": [odd, bars]}), &version);
        assert_eq!(served.len(), expected, "{odd}");
        let last = served.last().unwrap();
        assert_eq!((last.singular.as_str(), last.resource.scope()), ("bar", Scope::Cluster));
    }
}
