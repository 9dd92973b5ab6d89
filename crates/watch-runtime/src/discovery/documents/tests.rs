//! Decoding of discovery documents.

use super::*;

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
    let Ok(served) = serde_json::from_str::<RootDocument>(text).unwrap().into_resources() else {
        panic!()
    };
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
}

#[test]
fn group_list_yields_preferred_versions_first() {
    let paths = |text: &str| {
        let Err(versions) = serde_json::from_str::<RootDocument>(text).unwrap().into_resources()
        else {
            panic!()
        };
        versions.iter().map(GroupVersion::path).collect::<Vec<_>>()
    };
    assert_eq!(paths(r#"{"kind":"APIVersions","versions":["v1"]}"#), ["/api/v1"]);
    assert_eq!(
        paths(
            r#"{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1beta1","version":"v1beta1"},{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"version":"v1"}}]}"#
        ),
        ["/apis/apps/v1", "/apis/apps/v1beta1"]
    );
}

#[test]
fn subresources_are_omitted() {
    let text = r#"{"resources":[{"name":"pods","singularName":"","namespaced":true,"kind":"Pod","verbs":["watch"]},{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}]}"#;
    let version = GroupVersion { group: String::new(), version: "v1".to_owned(), preferred: true };
    let served = serde_json::from_str::<ApiResourceList>(text).unwrap().into_resources(&version);
    assert_eq!((served.len(), served[0].singular.as_str()), (1, "pod"));
}
