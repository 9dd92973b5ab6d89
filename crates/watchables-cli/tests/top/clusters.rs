//! Several clusters, the columns of custom resources, and what is kept of deleted objects.

use std::path::Path;

use embedded_apiserver::EmbeddedServer;
use serde_json::json;

use super::choices::{cluster, pod};
use super::session::Session;

#[test]
fn several_clusters_are_shown_in_one_table_and_written_into_a_file_each() {
    let (blue, folder, _) = cluster();
    let (green, _green_folder, _) = cluster();
    green.store().create(pod("default", "only-green")).unwrap();
    let urls = [blue.url(), green.url(), "http://127.0.0.1:1".to_owned()];
    let file = kubeconfig(folder.path(), ["blue", "green", "gone"].into_iter().zip(urls));
    let contexts = "blue,green,gone";
    let mut session = Session::start(&["pods", "--kubeconfig", &file, "--context", contexts]);
    session.resize(24, 160);
    session.wait_for("CLUSTER/NAMESPACE");
    session.wait_until(|screen| {
        let text = screen.contents();
        let rows =
            ["blue/default", "green/default", "only-green", "gone is left out, and tried again: "];
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
fn cluster_that_was_left_out_joins_when_it_is_there() {
    let (blue, folder, _) = cluster();
    // Nobody listens there, and nobody else can have it.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    let urls = [blue.url(), format!("http://{address}")];
    let file = kubeconfig(folder.path(), ["blue", "late"].into_iter().zip(urls));
    let arguments = ["pods", "services", "--kubeconfig", &file, "--context", "blue,late"];
    let mut session = Session::start(&arguments);
    session.resize(24, 160);
    session.wait_for("late is left out, and tried again: ");
    drop(socket);
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let late = EmbeddedServer::builder(catalog).port(address.port()).start_in_thread().unwrap();
    late.store().create(pod("default", "only-late")).unwrap();
    session.wait_until(|screen| {
        let text = screen.contents();
        text.contains("late/default") && text.contains("only-late") && text.contains("blue/default")
    });
    session.wait_until(|screen| !screen.contents().contains("is left out"));
    session.press("q");
    assert!(session.ends().0.success());
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

/// Writes a kubeconfig with a context for each of the clusters. Returns its path.
fn kubeconfig(folder: &Path, clusters: impl Iterator<Item = (&'static str, String)>) -> String {
    let (contexts, clusters): (Vec<_>, Vec<_>) = clusters
        .map(|(name, url)| {
            let context = json!({"name": name, "context": {"cluster": name, "user": "u"}});
            (context, json!({"name": name, "cluster": {"server": url}}))
        })
        .unzip();
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "users": [{"name": "u", "user": {}}],
        "contexts": contexts, "clusters": clusters,
    });
    let file = folder.join("several");
    std::fs::write(&file, kubeconfig.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}
