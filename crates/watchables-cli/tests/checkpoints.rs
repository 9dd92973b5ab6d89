//! `watchables checkpoints` as a user runs it.

use std::path::Path;
use std::process::{Command, Output};

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use watchables::{Checkpoints, DurableExt as _, DynamicObject, ResourceInfo, Scope, Watcher};

const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

fn checkpoints(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watchables"))
        .arg("checkpoints")
        .args(arguments)
        .arg(file)
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn file_is_shown_while_a_program_writes_it() {
    let catalog = release_catalogs::catalog("1.37").expect("a release");
    let server = EmbeddedServer::builder(catalog).start().await.expect("it starts");
    for name in ["a", "b"] {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "default", "name": name}});
        server.store().create(map).expect("it is created");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("relay.redb");
    let config = kube_client::Config::new(server.url().parse().expect("a URL"));
    let client = watchables::connect_to(config).expect("a client");
    let watcher = Watcher::<DynamicObject>::for_resource(client, MAPS)
        .namespace("default")
        .label_selector("!x");
    let store = Checkpoints::open(&file).expect("it opens");
    let mut events = watcher.durable(&store, "maps").expect("the name is free").cluster("eu");
    for _ in 0..2 {
        events.try_next().await.expect("no error").expect("an event");
    }
    events.commit().await.expect("it is committed");

    let shown = checkpoints(&[], &file);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let shown = text(&shown.stdout);
    let [titles, row] = shown.lines().collect::<Vec<_>>()[..] else { panic!("{shown}") };
    assert!(titles.starts_with("NAME   RESOURCE"), "{shown}");
    for part in ["maps ", " configmaps/v1 ", " -n default -l !x ", " 2 ", " eu"] {
        assert!(row.contains(part), "{part:?} is not in {row:?}");
    }
    let exported = checkpoints(&["--export"], &file);
    let exported: Value = serde_json::from_slice(&exported.stdout).expect("JSON");
    assert_eq!(exported[0]["resource"], "configmaps/v1");
    assert_eq!(exported[0]["objects"][1]["name"], "b");
}

#[test]
fn file_that_is_none_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let absent = folder.path().join("absent");
    let other = folder.path().join("notes.txt");
    std::fs::write(&other, "notes").expect("it is written");
    for (file, message) in [(&absent, "no such file"), (&other, "not a file of checkpoints")] {
        let shown = checkpoints(&[], file);
        let error = text(&shown.stderr);
        assert!(!shown.status.success() && error.contains(message), "{error}");
        assert!(error.contains(&file.display().to_string()), "{error}");
    }
    assert!(!absent.exists());
}
