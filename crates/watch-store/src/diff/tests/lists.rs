//! Tests of how the items of lists are matched.

use super::*;

fn containers(items: &Value) -> Value {
    pod(&json!({"containers": items}))
}

#[test]
fn items_are_matched_by_kubernetes_keys() {
    let before = containers(&json!([
        {"name": "a", "image": "a"},
        {"name": "b", "image": "b", "ports": [
            {"containerPort": 53, "protocol": "TCP", "name": "t"},
            {"containerPort": 53, "protocol": "UDP", "name": "u"},
        ]},
    ]));
    let after = containers(&json!([
        {"name": "new"},
        {"name": "b", "image": "c", "ports": [
            {"containerPort": 53, "protocol": "TCP", "name": "t"},
            {"containerPort": 53, "protocol": "UDP", "name": "v"},
        ]},
    ]));
    assert_eq!(
        lines(&before, &after),
        [
            r#"spec.containers[name=new]: (none) → {"name":"new"}"#,
            "spec.containers[name=b].image: b → c",
            "spec.containers[name=b].ports[containerPort=53,protocol=UDP].name: u → v",
            r#"spec.containers[name=a]: {"image":"a","name":"a"} → (none)"#,
        ]
    );
    check_patches(&before, &after).unwrap();
}

#[test]
fn new_order_of_a_keyed_list_is_one_change() {
    let list = |names: &[&str]| {
        let items = names.iter().map(|name| json!({"name": name, "image": "x"}));
        containers(&items.collect())
    };
    let (before, after) = (list(&["a", "b", "c"]), list(&["c", "a", "b"]));
    let diff = Diff::between(&before, &after).unwrap();
    assert_eq!(diff.to_string(), r#"spec.containers (order): ["a","b","c"] → ["c","a","b"]"#);
    assert_eq!(diff.changes()[0].kind(), ChangeKind::Reordered);
    assert!(diff.touches("spec") && !diff.touches("spec.containers[name=a]"));
    let moved = json!([
        {"op": "move", "from": "/spec/containers/2", "path": "/spec/containers/0"},
    ]);
    assert_eq!(diff.to_json_patch().into_value(), moved);
    check_patches(&before, &after).unwrap();
    // Items that come and go do not change the order of the others.
    let (before, after) = (list(&["a", "b", "c"]), list(&["x", "b", "c", "y"]));
    let diff = Diff::between(&before, &after).unwrap();
    assert!(diff.iter().all(|change| change.kind() != ChangeKind::Reordered), "{diff}");
    check_patches(&before, &after).unwrap();
}

#[test]
fn items_that_move_and_change_are_patched_where_they_are_then() {
    let before = containers(&json!([
        {"name": "a", "image": "1"}, {"name": "b", "image": "1"},
        {"name": "c", "image": "1"}, {"name": "d", "image": "1"},
    ]));
    let after = containers(&json!([
        {"name": "d", "image": "2"}, {"name": "e"}, {"name": "b", "image": "1"}, {"name": "a", "image": "2"},
    ]));
    check_patches(&before, &after).unwrap();
    assert_eq!(
        lines(&before, &after),
        [
            r#"spec.containers (order): ["a","b","d"] → ["d","b","a"]"#,
            r#"spec.containers[name=d].image: "1" → "2""#,
            r#"spec.containers[name=e]: (none) → {"name":"e"}"#,
            r#"spec.containers[name=a].image: "1" → "2""#,
            r#"spec.containers[name=c]: {"image":"1","name":"c"} → (none)"#,
        ]
    );
}

#[test]
fn list_in_which_very_many_items_move_is_replaced() {
    let list = |names: &mut dyn Iterator<Item = u32>| {
        containers(&names.map(|name| json!({"name": name.to_string()})).collect())
    };
    for (count, operations) in [(1_001, 1_000), (1_002, 1)] {
        let (before, after) = (list(&mut (0..count)), list(&mut (0..count).rev()));
        let patch = Diff::between(&before, &after).unwrap().to_json_patch().into_value();
        assert_eq!(patch.as_array().unwrap().len(), operations);
        check_patches(&before, &after).unwrap();
    }
}

#[test]
fn duplicates_of_a_key_are_matched_in_order() {
    let env = |items: &Value| containers(&json!([{"name": "web", "env": items}]));
    let before = env(&json!([{"name": "A", "value": "x"}, {"name": "A", "value": "y"}]));
    let after = env(&json!([{"name": "A", "value": "x"}, {"name": "A", "value": "z"}]));
    assert_eq!(lines(&before, &after), ["spec.containers[name=web].env[name=A#2].value: y → z"]);
    check_patches(&before, &after).unwrap();
    let one = env(&json!([{"name": "A", "value": "x"}]));
    assert_eq!(
        lines(&after, &one),
        [r#"spec.containers[name=web].env[name=A#2]: {"name":"A","value":"z"} → (none)"#]
    );
    check_patches(&after, &one).unwrap();
}

#[test]
fn items_without_the_key_are_matched_by_position() {
    let before = containers(&json!([{"image": "x"}, {"name": "a", "image": "x"}]));
    let after = containers(&json!([{"name": "a", "image": "y"}, {"name": null, "image": "z"}]));
    assert_eq!(
        lines(&before, &after),
        [
            r#"spec.containers (order): [0,"a"] → ["a",0]"#,
            "spec.containers[name=a].image: x → y",
            "spec.containers[1].image: x → z",
        ]
    );
    check_patches(&before, &after).unwrap();
}

#[test]
fn items_of_sets_are_matched_by_value() {
    let object = |finalizers: &Value| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"finalizers": finalizers}});
    let before = object(&json!(["example.com/a", "b b", "c"]));
    let after = object(&json!(["b b", "d"]));
    assert_eq!(
        lines(&before, &after),
        [
            "metadata.finalizers[=d]: (none) → d",
            "metadata.finalizers[=example.com/a]: example.com/a → (none)",
            "metadata.finalizers[=c]: c → (none)",
        ]
    );
    check_patches(&before, &after).unwrap();
    let other = object(&json!(["c", "b b", "example.com/a"]));
    assert_eq!(
        lines(&before, &other),
        [
            r#"metadata.finalizers (order): ["example.com/a","b b","c"] → ["c","b b","example.com/a"]"#
        ]
    );
    check_patches(&before, &other).unwrap();
    let gone = lines(&object(&json!(["b b"])), &object(&Value::Null));
    assert_eq!(gone, [r#"metadata.finalizers[="b b"]: b b → (none)"#]);
}

#[test]
fn lists_of_built_in_kinds_without_keys_are_matched_by_name() {
    let status = |restarts: &[(&str, u32)]| {
        let items = restarts
            .iter()
            .map(|(name, restarts)| json!({"name": name, "restartCount": restarts, "image": "x"}));
        let items: Value = items.collect();
        json!({"apiVersion": "v1", "kind": "Pod", "status": {"containerStatuses": items}})
    };
    assert_eq!(
        lines(&status(&[("a", 0), ("b", 0)]), &status(&[("a", 0), ("b", 1)])),
        ["status.containerStatuses[name=b].restartCount: 0 → 1"]
    );
}

#[test]
fn lists_of_custom_resources_have_conventional_or_given_keys() {
    let spec = |port: u32| {
        custom(&json!({
            "conditions": [{"type": "Ready", "n": port}, {"type": "Done", "n": 0}],
            "targets": [{"name": "a", "n": port}, {"name": "b", "n": 0}],
            "mixed": [{"name": "a", "n": port}, {"n": 0}],
            "rules": [{"paths": [{"host": "h", "port": 1, "n": port}]}],
        }))
    };
    let (before, after) = (spec(1), spec(2));
    assert_eq!(
        lines(&before, &after),
        [
            "spec.conditions[type=Ready].n: 1 → 2",
            "spec.mixed[0].n: 1 → 2",
            "spec.rules[0].paths[0].n: 1 → 2",
            "spec.targets[name=a].n: 1 → 2",
        ]
    );
    let options = DiffOptions::new()
        .list_keys("spec.rules.paths", ["host", "port"])
        .list_keys("spec.targets", ["n"]);
    assert_eq!(
        lines_with(&options, &before, &after)[2..],
        [
            "spec.rules[0].paths[host=h,port=1].n: 1 → 2",
            r#"spec.targets[n=2]: (none) → {"n":2,"name":"a"}"#,
            r#"spec.targets[n=1]: {"n":1,"name":"a"} → (none)"#,
        ]
    );
    let rules = |paths: &Value| custom(&json!({"rules": [{"paths": paths}]}));
    let (none, one) = (rules(&Value::Null), rules(&json!([{"host": "h", "port": 1}])));
    assert_eq!(
        lines_with(&options, &none, &one),
        [r#"spec.rules[0].paths[host=h,port=1]: (none) → {"host":"h","port":1}"#]
    );
}

#[test]
fn other_lists_are_matched_by_position_after_equal_ends() {
    let args = |items: &Value| containers(&json!([{"name": "web", "args": items}]));
    let before = args(&json!(["-a", "-b", "-c"]));
    for (after, expected) in [
        (json!(["-a", "-c"]), vec!["args[1]: -b → (none)"]),
        (json!(["-x", "-a", "-b", "-c"]), vec!["args[0]: (none) → -x"]),
        (json!(["-a", "-x", "-c"]), vec!["args[1]: -b → -x"]),
        (json!(null), vec!["args[0]: -a → (none)", "args[1]: -b → (none)", "args[2]: -c → (none)"]),
        (json!([]), vec!["args[0]: -a → (none)", "args[1]: -b → (none)", "args[2]: -c → (none)"]),
    ] {
        let after = args(&after);
        let expected: Vec<_> =
            expected.into_iter().map(|line| format!("spec.containers[name=web].{line}")).collect();
        assert_eq!(lines(&before, &after), expected);
        check_patches(&before, &after).unwrap();
        check_patches(&after, &before).unwrap();
    }
}
