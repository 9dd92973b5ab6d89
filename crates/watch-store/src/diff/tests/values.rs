//! Tests of how values are compared and shown.

use watchable_core::{DynamicObject, Meta, ResourceInfo, Scope};

use super::*;

#[test]
fn change_has_its_path_and_both_values() {
    let pod = |phase: &str| json!({"apiVersion": "v1", "kind": "Pod", "status": {"phase": phase}});
    let diff = Diff::between(&pod("Pending"), &pod("Running")).unwrap();
    let [change] = diff.changes() else { panic!("{diff}") };
    assert_eq!(change.to_string(), "status.phase: Pending → Running");
    assert_eq!(*change.path(), "status.phase");
    assert_eq!(change.kind(), ChangeKind::Replaced);
    assert_eq!(change.before(), Some(&json!("Pending")));
    assert_eq!(change.after(), Some(&json!("Running")));
    let field = |name: &str| PathSegment::Field(name.to_owned());
    assert_eq!(change.path().segments(), [field("status"), field("phase")]);
}

#[test]
fn fields_of_what_appears_or_disappears_are_told_one_by_one() {
    let labelled = |labels: &Value| json!({"kind": "Pod", "metadata": {"labels": labels}});
    let unlabelled = json!({"kind": "Pod", "metadata": {}});
    let labels = labelled(&json!({"app": "web", "tier": "1"}));
    let added = ["metadata.labels.app: (none) → web", r#"metadata.labels.tier: (none) → "1""#];
    assert_eq!(lines(&unlabelled, &labels), added);
    assert_eq!(lines(&labelled(&json!({})), &labels), added);
    let removed = ["metadata.labels.app: web → (none)", r#"metadata.labels.tier: "1" → (none)"#];
    assert_eq!(lines(&labels, &unlabelled), removed);
    let volume = |source: &Value| pod(&json!({"volumes": [source]}));
    assert_eq!(
        lines(&volume(&json!({"name": "a"})), &volume(&json!({"name": "a", "emptyDir": {}})),),
        ["spec.volumes[name=a].emptyDir: (none) → {}"]
    );
}

#[test]
fn whole_object_is_one_change() {
    let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"resourceVersion": "1"}});
    let text = r#"{"apiVersion":"v1","kind":"Pod","metadata":{}}"#;
    let added = Diff::of_change(None, Some(&object)).unwrap();
    assert_eq!(added.to_string(), format!("(object): (none) → {text}"));
    assert_eq!(added.changes()[0].kind(), ChangeKind::Added);
    assert!(added.changes()[0].path().is_empty());
    let removed = Diff::of_change(Some(&object), None).unwrap();
    assert_eq!(removed.to_string(), format!("(object): {text} → (none)"));
    assert_eq!(removed.changes()[0].kind(), ChangeKind::Removed);
    assert!(Diff::of_change::<Value>(None, None).unwrap().is_empty());
    assert!(added.touches("metadata.labels") && removed.touches("spec"));
    let without_version = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {}});
    for (diff, before, after) in
        [(&added, Value::Null, &without_version), (&removed, object.clone(), &Value::Null)]
    {
        assert_eq!(patched(diff, &before), (after.clone(), after.clone()));
    }
}

#[test]
fn what_servers_change_by_themselves_is_left_out_unless_asked_for() {
    let object = |version: &str, generation: u32| {
        json!({"kind": "Pod", "metadata": {
            "resourceVersion": version, "generation": generation,
            "managedFields": [{"manager": version}],
        }})
    };
    let (before, after) = (object("1", 1), object("2", 2));
    assert!(lines(&before, &after).is_empty());
    assert_eq!(patched(&Diff::between(&before, &after).unwrap(), &before).0, before);
    for (options, line) in [
        (DiffOptions::new().generation(true), "metadata.generation: 1 → 2"),
        (DiffOptions::new().resource_version(true), r#"metadata.resourceVersion: "1" → "2""#),
        (
            DiffOptions::new().managed_fields(true),
            r#"metadata.managedFields[0].manager: "1" → "2""#,
        ),
    ] {
        assert_eq!(lines_with(&options, &before, &after), [line]);
    }
    // Only the object's own.
    let nested = |generation: u32| json!({"kind": "A", "spec": {"generation": generation}});
    assert_eq!(lines(&nested(1), &nested(2)), ["spec.generation: 1 → 2"]);
}

#[test]
fn null_is_absent() {
    let object = |time: &Value| json!({"kind": "A", "spec": {"time": time, "x": [{"time": time}]}});
    let absent = json!({"kind": "A", "spec": {"x": [{}]}});
    assert!(lines(&object(&Value::Null), &absent).is_empty());
    assert!(lines(&absent, &object(&Value::Null)).is_empty());
    let set = json!({"kind": "A", "spec": {"time": 1, "x": [{}]}});
    assert_eq!(lines(&object(&Value::Null), &set), ["spec.time: (none) → 1"]);
    assert_eq!(lines(&set, &object(&Value::Null)), ["spec.time: 1 → (none)"]);
    // Operations set `null` where the new object has it.
    let diff = Diff::between(&set, &object(&Value::Null)).unwrap();
    let operations = json!([{"op": "replace", "path": "/spec/time", "value": null}]);
    assert_eq!(diff.to_json_patch().into_value(), operations);
    // An item of a list may be `null`.
    let list = |items: &Value| json!({"kind": "A", "spec": {"list": items}});
    let changed = lines(&list(&json!([1, null])), &list(&json!([1])));
    assert_eq!(changed, ["spec.list[1]: null → (none)"]);
}

#[test]
fn names_that_are_not_plain_are_quoted() {
    let labels = |value: &str| {
        json!({"kind": "Pod", "metadata": {"labels": {
            "app.kubernetes.io/name": value, "a~b/c": value, "plain-1_x": value, "": value,
            "line\n\u{85}": value,
        }}})
    };
    let (before, after) = (labels("x"), labels("y"));
    assert_eq!(
        lines(&before, &after),
        [
            r#"metadata.labels[""]: x → y"#,
            r#"metadata.labels["app.kubernetes.io/name"]: x → y"#,
            r#"metadata.labels["a~b/c"]: x → y"#,
            r#"metadata.labels["line\n\u0085"]: x → y"#,
            "metadata.labels.plain-1_x: x → y",
        ]
    );
    check_patches(&before, &after).unwrap();
    let diff = Diff::between(&before, &after).unwrap();
    let patch = diff.to_json_patch().into_value();
    assert_eq!(patch[2]["path"], "/metadata/labels/a~0b~1c");
}

#[test]
fn another_type_is_another_value() {
    let object = |value: Value| json!({"kind": "A", "spec": {"x": value}});
    for (before, after, line) in [
        (json!({"a": 1}), json!([1]), r#"spec.x: {"a":1} → [1]"#),
        (json!("1"), json!(1), r#"spec.x: "1" → 1"#),
        (json!(true), json!("true"), r#"spec.x: true → "true""#),
        (json!([]), json!({}), "spec.x: [] → {}"),
        (json!(0), json!(false), "spec.x: 0 → false"),
    ] {
        let (before, after) = (object(before), object(after));
        assert_eq!(lines(&before, &after), [line]);
        check_patches(&before, &after).unwrap();
    }
    assert!(lines(&object(json!(1)), &object(json!(1.0))).is_empty());
}

#[test]
fn quantities_and_times_are_compared_by_value_on_demand() {
    let container = |cpu: &str, started: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"creationTimestamp": started, "annotations": {"cpu": cpu}},
            "spec": {"containers": [{"name": "web", "resources": {"limits": {"cpu": cpu}}}]},
        })
    };
    let before = container("1", "2026-11-22T13:35:49Z");
    let after = container("1000m", "2026-11-22T13:35:49.000Z");
    let annotation = r#"metadata.annotations.cpu: "1" → 1000m"#;
    let time = "metadata.creationTimestamp: 2026-11-22T13:35:49Z → 2026-11-22T13:35:49.000Z";
    let quantity = r#"spec.containers[name=web].resources.limits.cpu: "1" → 1000m"#;
    assert_eq!(lines(&before, &after), [annotation, time, quantity]);
    let by_quantity = DiffOptions::new().quantities_by_value(true);
    assert_eq!(lines_with(&by_quantity, &before, &after), [annotation, time]);
    let by_time = DiffOptions::new().times_by_value(true);
    assert_eq!(lines_with(&by_time, &before, &after), [annotation, quantity]);
    let by_value = by_quantity.times_by_value(true);
    assert_eq!(lines_with(&by_value, &before, &after), [annotation]);
    let others = container("1001m", "2026-11-22T13:35:50Z");
    assert_eq!(lines_with(&by_value, &before, &others).len(), 3);
}

#[test]
fn custom_resources_have_quantities_below_limits_and_times_anywhere() {
    let spec = |cpu: &str, version: &str, time: &str| {
        custom(&json!({"resources": {"limits": {"cpu": cpu}}, "version": version, "next": time}))
    };
    let before = spec("1", "1.1", "2026-11-22T13:35:49Z");
    let after = spec("1000m", "1.10", "2026-11-22T15:35:49+02:00");
    let options = DiffOptions::new().quantities_by_value(true).times_by_value(true);
    assert_eq!(lines_with(&options, &before, &after), [r#"spec.version: "1.1" → "1.10""#]);
}

#[test]
fn embedded_objects_are_compared_as_what_they_are() {
    let wrapped = |image: &str| {
        let embedded = pod(&json!({"containers": [
            {"name": "a", "ports": [
                {"name": "x", "containerPort": 1, "protocol": "TCP", "hostIP": image},
            ]},
        ]}));
        json!({"apiVersion": "apps/v1", "kind": "ControllerRevision", "data": embedded})
    };
    assert_eq!(
        lines(&wrapped("1.1.1.1"), &wrapped("2.2.2.2")),
        [
            "data.spec.containers[name=a].ports[containerPort=1,protocol=TCP].hostIP: 1.1.1.1 → 2.2.2.2"
        ]
    );
}

#[test]
fn dynamic_and_metadata_objects_are_compared() {
    let text = |phase: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"a","labels":{{"p":"{phase}"}},"finalizers":["{phase}"]}},"status":{{"phase":"{phase}"}}}}"#
        )
    };
    let dynamic = |phase: &str| serde_json::from_str::<DynamicObject>(&text(phase)).unwrap();
    let labels = "metadata.labels.p: A → B";
    let diff = Diff::between(&dynamic("A"), &dynamic("B")).unwrap();
    let finalizers = "metadata.finalizers[=B]: (none) → B\nmetadata.finalizers[=A]: A → (none)";
    assert_eq!(diff.to_string(), format!("{finalizers}\n{labels}\nstatus.phase: A → B"));
    let meta = |phase: &str| serde_json::from_str::<Meta<DynamicObject>>(&text(phase)).unwrap();
    let diff = Diff::between(&meta("A"), &meta("B")).unwrap();
    assert_eq!(diff.to_string(), format!("{finalizers}\n{labels}"));
}

#[test]
fn resource_of_objects_without_a_kind_can_be_given() {
    const SERVICE: ResourceInfo =
        ResourceInfo::new("", "v1", "Service", "services", Scope::Namespaced);
    let service = |ip: &str| {
        json!({"spec": {"ports": [
            {"port": 1, "protocol": "TCP", "name": ip}, {"port": 1, "protocol": "UDP", "name": ip},
        ]}})
    };
    let (before, after) = (service("x"), service("y"));
    assert_eq!(lines(&before, &after)[0], "spec.ports[0].name: x → y");
    let options = DiffOptions::new().resource(&SERVICE);
    let line = "spec.ports[port=1,protocol=TCP].name: x → y";
    assert_eq!(lines_with(&options, &before, &after)[0], line);
}

#[test]
fn very_deep_objects_are_compared() {
    let deep = |leaf: u32| {
        let open = r#"{"a":["#.repeat(60);
        let text = format!(r#"{{"kind":"A","x":{open}{leaf}{}}}"#, "]}".repeat(60));
        serde_json::from_str::<DynamicObject>(&text).unwrap()
    };
    let diff = Diff::between(&deep(1), &deep(2)).unwrap();
    assert_eq!(diff.to_string(), format!("x{}: 1 → 2", ".a[0]".repeat(60)));
    let raw = |text: String| watchable_core::RawJson::from_text(text).unwrap();
    let too_deep = raw(format!("{}{}", "[".repeat(200), "]".repeat(200)));
    let error = Diff::between(&too_deep, &too_deep).unwrap_err();
    assert_eq!(error.to_string(), "the object cannot be encoded as JSON");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("recursion limit"), "{cause}");
}

#[test]
fn touched_paths_are_those_above_and_below() {
    let spec = |image: &str| pod(&json!({"containers": [{"name": "web", "image": image}]}));
    let diff = Diff::between(&spec("a"), &spec("b")).unwrap();
    for path in ["spec", "spec.containers", "spec.containers[name=web]"] {
        assert!(diff.touches(path), "{path}");
    }
    assert!(diff.touches("spec.containers[name=web].image"));
    for path in ["status", "spe", "spec.containers[name=web].imagePullPolicy", "metadata"] {
        assert!(!diff.touches(path), "{path}");
    }
    let added = Diff::between(&pod(&json!({})), &spec("a")).unwrap();
    assert!(added.touches("spec.containers[name=web].image"));
}
