//! `-o jsonpath` and `-o custom-columns`.

use serde_json::json;

use crate::support::{cluster, pod, run, stderr, stdout, watchables};

#[test]
fn template_is_printed_for_each_event_on_lines_of_its_own() {
    let (_server, home) = cluster();
    for (template, lines) in [
        ("{.metadata.name} in {.metadata.namespace}", &["a in default", "b in kube-system"][..]),
        ("{.metadata.name}{\"\\n\"}", &["a", "b"]),
        ("{range .spec.containers[*]}{.name}={.image} {end}", &["main=example ", "main=example "]),
        ("{.metadata.labels}", &[r#"{"app":"a"}"#, r#"{"app":"b"}"#]),
    ] {
        let format = format!("jsonpath={template}");
        let output = run(watchables(&home).args(["watch", "pods", "--count", "2", "-o", &format]));
        assert_eq!(stderr(&output), "");
        assert_eq!(stdout(&output), lines, "{template}");
    }
    // Nothing is printed for what is missing.
    let format = "jsonpath={.metadata.labels['app']}{.metadata.annotations.none}";
    let output = run(watchables(&home).args(["watch", "pods", "--count=2", "-o", format]));
    assert_eq!(stdout(&output), ["a", "b"]);
    let format = "jsonpath={.metadata.annotations.none}";
    let output = run(watchables(&home).args(["watch", "pods", "--count=2", "-o", format]));
    assert_eq!((stdout(&output).len(), stderr(&output)), (0, ""));
}

#[test]
fn template_may_be_in_a_file_and_times_come_before() {
    let (_server, home) = cluster();
    let file = home.path().join("template");
    std::fs::write(&file, "<{.metadata.name}>\n").unwrap();
    let format = format!("jsonpath-file={}", file.display());
    let output = run(watchables(&home).args(["watch", "pods", "--count=2", "-o", &format]));
    assert_eq!(stdout(&output), ["<a>", "<b>"]);
    let output =
        run(watchables(&home).args(["watch", "pods", "--count=2", "--timestamps", "-o", &format]));
    let lines = stdout(&output);
    assert!(lines[0].starts_with("20") && lines[0].ends_with("Z <a>"), "{lines:?}");
}

#[test]
fn columns_are_aligned_under_their_header() {
    let (server, home) = cluster();
    server.store().create(pod("default", "a-longer-name")).unwrap();
    let format =
        "custom-columns=NAME:.metadata.name,NONE:.spec.none,IMAGES:spec.containers[*].image";
    let command = ["watch", "pods", "-n", "default", "--count=2", "-o", format];
    let rows = ["a               <none>   example", "a-longer-name   <none>   example"];
    let output = run(watchables(&home).args(command));
    assert_eq!(stderr(&output), "");
    assert_eq!(stdout(&output), ["NAME            NONE     IMAGES", rows[0], rows[1]]);
    let output = run(watchables(&home).args(command).arg("--no-headers"));
    assert_eq!(stdout(&output), rows);
    let output = run(watchables(&home).args(command).arg("--timestamps"));
    assert!(stdout(&output)[0].starts_with("TIME                       NAME"));

    let file = home.path().join("columns");
    std::fs::write(&file, "NAME NONE IMAGES\n.metadata.name .spec.none spec.containers[*].image\n")
        .unwrap();
    let format = format!("custom-columns-file={}", file.display());
    let command = ["watch", "pods", "-n", "default", "--count=2", "--no-headers", "-o", &format];
    assert_eq!(stdout(&run(watchables(&home).args(command))), rows);
}

#[test]
fn malformed_formats_are_refused_before_anything_is_watched() {
    let (_server, home) = cluster();
    for (format, fault) in [
        ("xml", "custom-columns=COLUMNS"),
        ("jsonpath={.a", "'--output <FORMAT>': a { has no } (at character 1"),
        ("custom-columns=A", "the column \"A\" has no path"),
    ] {
        let output = run(watchables(&home).args(["watch", "pods", "-o", format]));
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(fault), "{}", stderr(&output));
    }
    let format = "jsonpath={.metadata.name}";
    let output = run(watchables(&home).args(["watch", "pods", "--diff", "-o", format]));
    assert!(stderr(&output).contains("--diff prints lines of text"), "{}", stderr(&output));
}

#[test]
fn what_does_not_suit_an_object_is_said_once() {
    let (_server, home) = cluster();
    let format = "jsonpath={.spec.containers[7].name}";
    let output = run(watchables(&home).args(["watch", "pods", "--count=2", "-o", format]));
    assert!(output.status.success() && output.stdout.is_empty());
    let notice = "watchables: Pod default/a is not printed as -o has it: the list has 1 item, and so none at index \
                  7 (at character 18: \"[7].name}\")\n";
    assert_eq!(stderr(&output), notice);
    let format = "custom-columns=A:.metadata.name,B:.spec.containers[7].name";
    let output = run(watchables(&home).args(["watch", "pods", "--count=2", "-o", format]));
    assert_eq!(stdout(&output), ["A     B", "a     <none>", "b     <none>"]);
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    let output = run(watchables(&home).args([
        "watch",
        "pods",
        "--count=2",
        "-o",
        "jsonpath=.metadata.name",
    ]));
    assert_eq!(stdout(&output), [".metadata.name"; 2]);
    assert!(stderr(&output).contains("a path is written as {.metadata.name}"));
}

/// A terminal would take them for commands, and columns would be out of line.
#[test]
fn control_characters_are_escaped_in_columns() {
    let (server, home) = cluster();
    let data = json!({"a": "\u{1b}[31mred", "b": "1\t2"});
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
                     "metadata": {"namespace": "default", "name": "c"}, "data": data});
    server.store().create(map).unwrap();
    let format = "custom-columns=A:.data.a,B:.data.b";
    let output = run(watchables(&home).args(["watch", "cm/c", "--count=1", "-o", format]));
    assert_eq!(stdout(&output), ["A           B", "^[[31mred   1\\t2"]);
}

#[test]
fn flags_of_kubectl_that_change_nothing_are_accepted() {
    let (_server, home) = cluster();
    for flags in
        [&["-w"][..], &["--watch=true", "--output-watch-events"], &["--show-managed-fields"]]
    {
        let output = run(watchables(&home).args(["watch", "pods", "--count=2"]).args(flags));
        assert_eq!(stdout(&output).len(), 2, "{flags:?}");
    }
}

#[test]
fn managed_fields_are_in_yaml_only_if_they_are_asked_for() {
    let (server, home) = cluster();
    let mut managed = pod("default", "m");
    managed["metadata"]["managedFields"] = json!([{"manager": "me", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {}}]);
    server.store().create(managed).unwrap();
    for (arguments, has_them) in [
        (&["-o", "yaml"][..], false),
        (&["-o", "yaml", "--show-managed-fields"], true),
        (&["-o", "yaml", "--show-managed-fields=false"], false),
        (&["-o", "json"], true),
    ] {
        let mut command = watchables(&home);
        let output = run(command.args(["watch", "pod/m", "--count", "1"]).args(arguments));
        let text = stdout(&output).join("\n");
        assert!(text.contains("main"), "{text}");
        assert_eq!(text.contains("managedFields"), has_them, "{arguments:?}: {text}");
    }
}
