//! `history` and `state` of what `record` has recorded.

use serde_json::{Value, json};

use super::support::{cluster, pod, run, stderr, stdout, watchables};
use super::{PODS, file, on, record, set_image, stop, wait_for};

#[test]
fn changes_and_states_are_printed() {
    let (server, home) = cluster();
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop-1"}});
    server.store().create(namespace).unwrap();
    for name in ["a.jsonl", "a.jsonl.zst"] {
        let recorder = record(&home, "pods", name, &[]);
        let first = server.store().get(&PODS, Some("default"), "a").unwrap();
        wait_for(&home, name, &first);
        let created = server.store().create(pod("shop-1", "web-1")).unwrap();
        wait_for(&home, name, &created);
        set_image(&server, "shop-1", "web-1", "nginx:1.29");
        server.store().delete(&PODS, Some("shop-1"), "web-1").unwrap();
        let last = set_image(&server, "default", "a", name);
        wait_for(&home, name, &last);
        stop(recorder);

        let output = run(&mut on(&home, &["history", "pod/shop-1/web-1"], name));
        assert!(output.status.success(), "{}", stderr(&output));
        let lines = stdout(&output);
        assert_eq!(lines.len(), 7, "{lines:#?}");
        assert!(lines[0].ends_with("ADDED     pod/shop-1/web-1"), "{lines:#?}");
        assert!(lines[1].contains("MODIFIED  pod/shop-1/web-1"), "{lines:#?}");
        let change = "    spec.containers[name=main].image: example → nginx:1.29";
        assert_eq!(lines[2], change);
        assert!(lines[5].starts_with("    metadata.deletionTimestamp: (none) → "), "{lines:#?}");
        assert!(lines[6].ends_with("DELETED   pod/shop-1/web-1"), "{lines:#?}");

        let output = run(&mut on(&home, &["history", "po", "-n", "shop-1", "-o", "json"], name));
        let changes: Vec<Value> =
            stdout(&output).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(changes.len(), 4);
        assert_eq!(changes[1]["changes"], json!([change.trim()]));

        let time = changes[1]["time"].as_str().unwrap().to_owned();
        let args = ["state", "pods", "--at", &time, "-n", "shop-1", "-o", "json"];
        let output = run(&mut on(&home, &args, name));
        let state: Value = serde_json::from_slice(&output.stdout).unwrap();
        let items = state["items"].as_array().unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0]["spec"]["containers"][0]["image"], "nginx:1.29");
        assert_eq!((&items[0]["kind"], &items[0]["apiVersion"]), (&"Pod".into(), &"v1".into()));

        let output = run(&mut on(&home, &["state"], name));
        let lines = stdout(&output);
        assert!(lines[0].starts_with("NAMESPACE     NAME"), "{lines:#?}");
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(lines[1].starts_with("default       a"), "{lines:#?}");

        let output = run(&mut on(&home, &["state", "pod", "-o", "yaml", "-n", "default"], name));
        assert!(stdout(&output).iter().any(|line| line.trim() == "name: a"), "{output:?}");

        let output = run(&mut on(&home, &["history", "pods", "--since", &time], name));
        let lines = stdout(&output);
        assert_eq!(lines.iter().filter(|line| line.contains("MODIFIED")).count(), 3, "{lines:#?}");
        assert!(!lines.iter().any(|line| line.contains("ADDED")), "{lines:#?}");
    }
}

#[test]
fn changes_are_found_by_who_made_them() {
    let (server, home) = cluster();
    let recorder = record(&home, "pods", "a.jsonl", &[]);
    for (version, manager) in [("1", "kubectl"), ("2", "kubelet"), ("3", "kubectl")] {
        let mut pod = server.store().get(&PODS, Some("default"), "a").unwrap();
        pod["metadata"]["labels"]["version"] = version.into();
        pod["metadata"]["managedFields"] = json!([{"manager": manager, "operation": "Update", "apiVersion": "v1",
                "time": format!("2026-01-02T03:04:0{version}Z"), "fieldsType": "FieldsV1",
                "fieldsV1": {"f:metadata": {"f:labels": {"f:version": {}}}}}]);
        let updated = server.store().update(pod).unwrap();
        wait_for(&home, "a.jsonl", &updated);
    }
    stop(recorder);
    let output = run(&mut on(&home, &["history", "pod/default/a", "-o", "json"], "a.jsonl"));
    let managers: Vec<Value> = stdout(&output)
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["managers"].take())
        .collect();
    let all = json!(managers).to_string();
    let args = ["history", "pod/default/a", "--who", "kubelet"];
    let output = run(&mut on(&home, &args, "a.jsonl"));
    let lines = stdout(&output);
    assert_eq!(lines.len(), 2, "{lines:#?}, of {all}");
    assert!(lines[0].ends_with("by kubelet"), "{lines:#?}");
    assert_eq!(lines[1], "    metadata.labels.version: \"1\" → \"2\"");
}

#[test]
fn values_of_secrets_are_recorded_on_request_alone() {
    let (server, home) = cluster();
    let secret = json!({"apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "db", "namespace": "default"}, "data": {"key": "aHVudGVyMg=="}});
    server.store().create(secret).unwrap();
    for (name, more, is_there) in
        [("a.jsonl", &[][..], false), ("b.jsonl", &["--with-secrets"][..], true)]
    {
        let mut command = watchables(&home);
        command.args(["record", "secrets", "--for", "3s", "-o"]).arg(file(&home, name)).args(more);
        let output = run(&mut command);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stderr(&output).contains("recorded 1 events; 1 objects exist"), "{output:?}");
        let text = std::fs::read_to_string(file(&home, name)).unwrap();
        assert_eq!(text.contains("aHVudGVyMg=="), is_there);
    }
}

#[test]
fn namespace_does_not_apply_to_what_is_in_none() {
    let (server, home) = cluster();
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}});
    server.store().create(node).unwrap();
    let mut command = watchables(&home);
    command
        .args(["record", "nodes,pods", "-n", "shop", "--for", "2s", "-o"])
        .arg(file(&home, "a.jsonl"));
    let output = run(&mut command);
    assert!(output.status.success(), "{}", stderr(&output));
    let output = run(&mut on(&home, &["state", "nodes", "-n", "shop"], "a.jsonl"));
    assert!(stdout(&output).iter().any(|line| line.contains("n1")), "{output:?}");
    let output = run(&mut on(&home, &["history", "nodes", "-n", "shop"], "a.jsonl"));
    assert!(stdout(&output)[0].contains("ADDED     node/n1"), "{output:?}");
    let output = run(&mut on(&home, &["state", "pods", "-n", "shop"], "a.jsonl"));
    assert!(output.status.success());
    assert!(stderr(&output).contains("no such objects in the namespace shop"), "{output:?}");
}

#[test]
fn path_that_matches_nothing_is_reported_at_the_end() {
    let (_server, home) = cluster();
    let mut command = watchables(&home);
    command.args(["record", "pods", "--for", "2s", "--redact", "spec.containers[*].image"]);
    command.args(["--redact", "spec.containr.image", "-o"]).arg(file(&home, "a.jsonl"));
    let output = run(&mut command);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stderr(&output);
    assert!(text.contains(r#"no object had a field at --redact "spec.containr.image""#), "{text}");
    assert!(!text.contains(r#"--redact "spec.containers"#), "{text}");
}
