//! What programs ask for before they watch: the served resources (of older discovery, Pods alone), and the namespace whose
//! uid identifies a cluster.

/// Returns the document at a path.
pub(crate) fn document(path: &str) -> Option<&'static str> {
    match path {
        "/api" => Some(r#"{"kind":"APIVersions","versions":["v1"]}"#),
        "/apis" => Some(r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[]}"#),
        "/api/v1" => Some(
            r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":[{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get","list","watch"],"shortNames":["po"]}]}"#,
        ),
        "/api/v1/namespaces/kube-system" => Some(
            r#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"kube-system","uid":"3b8f7a52-0f0e-4f0c-9a5d-6a4f1c0de001","resourceVersion":"1"}}"#,
        ),
        _ => None,
    }
}
