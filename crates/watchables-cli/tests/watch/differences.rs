//! `--diff`: what changed, under each event.

use std::io::BufRead as _;

use serde_json::{Value, json};
use watchables::{ResourceInfo, Scope};

use crate::support::{assert_error, cluster, run, start, stdout, watchables};

fn config_map(tier: &str, data: [&str; 2]) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"namespace": "default", "name": "c", "labels": {"tier": tier}},
        "data": {"a": data[0], "b": data[1]},
    })
}

#[test]
fn changed_fields_are_printed_below_their_event() {
    let (server, home) = cluster();
    let store = server.store();
    store.create(config_map("front", ["x", "y"])).unwrap();
    let mut command = watchables(&home);
    let (mut child, lines) = start(command.args(["watch", "cm/c", "--diff", "--count", "4"]));
    store.update(config_map("front", ["z", "y"])).unwrap();
    store.update(config_map("back", ["z", ""])).unwrap();
    let maps = ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);
    store.delete(&maps, Some("default"), "c").unwrap();
    let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(
        printed,
        [
            "MODIFIED, default, c",
            "    data.a: x → z",
            "MODIFIED, default, c",
            "    data.b: y → \"\"",
            "    metadata.labels.tier: front → back",
            "DELETED, default, c",
        ]
    );
}

#[test]
fn changed_fields_are_right_of_times_that_are_aligned() {
    let (server, home) = cluster();
    server.store().create(config_map("front", ["x", "y"])).unwrap();
    let mut command = watchables(&home);
    let arguments = ["watch", "cm/c", "--diff", "--timestamps=delta", "--count", "2"];
    let (mut child, lines) = start(command.args(arguments));
    server.store().update(config_map("front", ["z", "y"])).unwrap();
    let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(printed[0].find("MODIFIED"), Some(10), "{printed:?}");
    assert_eq!(printed[1], format!("{:14}data.a: x → z", ""), "{printed:?}");
}

#[test]
fn values_of_secrets_are_not_printed() {
    let (server, home) = cluster();
    let secret = |value: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "default", "name": "s"},
               "data": {"password": value}})
    };
    server.store().create(secret("b2xk")).unwrap();
    let mut command = watchables(&home);
    let (mut child, lines) = start(command.args(["watch", "secrets", "--diff", "--count", "2"]));
    server.store().update(secret("bmV3")).unwrap();
    let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(printed[0], "MODIFIED, default, s");
    assert!(printed[1].starts_with("    data.password: <secret "), "{printed:?}");
    assert!(!printed.concat().contains("b2xk") && !printed.concat().contains("bmV3"));
}

#[test]
fn ignored_fields_are_left_out() {
    let (server, home) = cluster();
    server.store().create(config_map("front", ["x", "y"])).unwrap();
    let mut command = watchables(&home);
    let ignored = ["--ignore", "metadata.labels", "--ignore", "data.a"];
    let arguments = ["watch", "cm", "c", "--diff", "--count", "2"];
    let (mut child, lines) = start(command.args(arguments).args(ignored));
    server.store().update(config_map("back", ["z", "y"])).unwrap();
    server.store().update(config_map("front", ["x", "z"])).unwrap();
    let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(printed, ["MODIFIED, default, c", "    data.b: y → z"]);
    let output = run(watchables(&home).args(["watch", "pods", "--diff", "--ignore", "a..b"]));
    assert_error(&output, "--ignore: the path \"a..b\" has an empty name");
    let output = run(watchables(&home).args(["watch", "pods", "--diff", "-o", "json"]));
    assert_error(&output, "--diff prints lines of text below each event");
    assert!(stdout(&output).is_empty());
}

#[test]
fn changes_are_printed_in_other_forms() {
    let (server, home) = cluster();
    let store = server.store();
    store.create(config_map("front", ["x", "y"])).unwrap();
    let mut values = [["z", "y"], ["x", "y"]].into_iter().cycle();
    let mut change = |form: &str| {
        let mut command = watchables(&home);
        let option = format!("--diff={form}");
        let (mut child, lines) = start(command.args(["watch", &option, "cm/c", "--count", "2"]));
        store.update(config_map("front", values.next().unwrap())).unwrap();
        let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
        assert!(child.wait().unwrap().success());
        assert_eq!(printed[0], "MODIFIED, default, c");
        printed
    };
    assert_eq!(change("fields")[1..], ["    data.a: x → z"]);
    let patch = change("json-patch");
    assert_eq!(patch[1..], [r#"    [{"op":"replace","path":"/data/a","value":"x"}]"#]);
    assert_eq!(change("json-merge-patch")[1..], [r#"    {"data":{"a":"z"}}"#]);
    let full = change("full");
    let at = full.iter().position(|line| line == "  -   a: z").unwrap();
    assert_eq!(full[at + 1..at + 3], ["  +   a: x", "      b: \"y\""]);
    assert!(full.contains(&"    kind: ConfigMap".to_owned()), "{full:?}");
    assert!(!full.concat().contains("resourceVersion"), "{full:?}");
    let output = run(watchables(&home).args(["watch", "cm", "--diff=yaml"]));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn values_of_secrets_are_in_no_form() {
    let (server, home) = cluster();
    let secret = |value: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "default", "name": "s"},
               "data": {"password": value}})
    };
    server.store().create(secret("b2xk")).unwrap();
    let mut values = ["bmV3", "b2xk"].into_iter().cycle();
    for form in ["full", "json-patch", "json-merge-patch"] {
        let mut command = watchables(&home);
        let option = format!("--diff={form}");
        let (mut child, lines) = start(command.args(["watch", &option, "secrets", "--count", "2"]));
        server.store().update(secret(values.next().unwrap())).unwrap();
        let printed: String = lines.lines().map(Result::unwrap).collect();
        assert!(child.wait().unwrap().success());
        assert!(printed.contains("<secret "), "{printed}");
        assert!(!printed.contains("b2xk") && !printed.contains("bmV3"), "{printed}");
    }
}
