//! Several clusters, the columns of custom resources, and what is kept of deleted objects.

use serde_json::json;

use super::choices::{cluster, pod};
use super::session::Session;

#[test]
fn several_clusters_are_shown_in_one_table_and_written_into_a_file_each() {
    let (blue, folder, _) = cluster();
    let (green, _green_folder, _) = cluster();
    green.store().create(pod("default", "only-green")).unwrap();
    let names = ["blue", "green", "gone"];
    let contexts =
        names.map(|name| json!({"name": name, "context": {"cluster": name, "user": "u"}}));
    let urls = [blue.url(), green.url(), "http://127.0.0.1:1".to_owned()];
    let clusters: Vec<_> = names
        .iter()
        .zip(urls)
        .map(|(name, url)| json!({"name": name, "cluster": {"server": url}}))
        .collect();
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "users": [{"name": "u", "user": {}}],
        "contexts": contexts, "clusters": clusters,
    });
    let file = folder.path().join("several");
    std::fs::write(&file, kubeconfig.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let contexts = "blue,green,gone";
    let mut session = Session::start(&["pods", "--kubeconfig", file, "--context", contexts]);
    session.resize(24, 160);
    session.wait_for("CLUSTER/NAMESPACE");
    session.wait_until(|screen| {
        let text = screen.contents();
        let rows = ["blue/default", "green/default", "only-green", "gone is left out: "];
        rows.iter().all(|row| text.contains(row))
    });
    let recording = folder.path().join("top.jsonl");
    session.press("w");
    session.wait_for("Write the recording so far to: top-");
    session.press("\u{15}");
    session.press(recording.to_str().unwrap());
    session.press("\r");
    session.wait_for("wrote ");
    session.press("q");
    assert!(session.ends().0.success());
    let written = |cluster: &str| {
        std::fs::read_to_string(folder.path().join(format!("top-{cluster}.jsonl"))).unwrap()
    };
    assert!(!written("blue").contains("only-green") && written("blue").contains("web-1"));
    assert!(written("green").contains("only-green"));
}

#[test]
fn custom_resources_have_the_columns_of_the_server() {
    let (server, _folder, file) = cluster();
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                "additionalPrinterColumns": [
                    {"name": "Colour", "type": "string", "jsonPath": ".spec.colour"},
                    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                ],
            }],
        },
    });
    server.store().create(definition).unwrap();
    let widget = |colour: &str| {
        json!({
            "apiVersion": "example.com/v1", "kind": "Widget",
            "metadata": {"namespace": "default", "name": "w"}, "spec": {"colour": colour},
        })
    };
    server.store().create(widget("red")).unwrap();
    let mut session = Session::start(&["widgets", "--kubeconfig", &file]);
    session.wait_for("COLOUR");
    session.wait_for(" red ");
    server.store().update(widget("blue")).unwrap();
    session.wait_for(" blue ");
    session.press("q");
    assert!(session.ends().0.success());
}

#[test]
fn namespace_that_does_not_exist_is_named_until_it_does() {
    let (_server, _folder, file) = cluster();
    let mut session = Session::start(&["pods", "-n", "default,shpo", "--kubeconfig", &file]);
    session.wait_for("there is no namespace \"shpo\"");
    session.press("q");
    assert!(session.ends().0.success());
}
