//! `-f`: what is watched stands in manifests.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::support::{assert_error, cluster, run, stderr, stdout, watchables};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
const LIST: &str = "apiVersion: v1\nkind: List\nitems:\n\
                    - {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: kube-system}}\n\
                    - {apiVersion: v1, kind: Namespace, metadata: {name: kube-public}}\n";

#[test]
fn objects_of_files_folders_and_standard_input_are_watched() {
    let (server, home) = cluster();
    server.store().create(crate::support::pod("kube-system", "a")).unwrap();
    let folder = home.path().join("app");
    fs::create_dir_all(folder.join("more")).unwrap();
    fs::write(folder.join("a.yaml"), POD).unwrap();
    fs::write(folder.join("notes.txt"), "not a manifest").unwrap();
    fs::write(folder.join("more/list.yml"), LIST).unwrap();
    let json = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}});
    fs::write(folder.join("ns.json"), json.to_string()).unwrap();
    let watched = |arguments: &[&str]| {
        let mut command = watchables(&home);
        command.current_dir(&home).args(["watch", "--for", "1s"]).args(arguments);
        let output = run(&mut command);
        assert_eq!(stderr(&output), "", "{arguments:?}");
        let mut lines: Vec<_> = stdout(&output).iter().map(|line| (*line).to_owned()).collect();
        lines.sort();
        lines
    };
    // Without a namespace, it is that of the context: here, the default.
    assert_eq!(watched(&["-f", "app/a.yaml"]), ["ADDED, default, a"]);
    assert_eq!(watched(&["-f", "app/a.yaml", "-n", "kube-system"]), ["ADDED, kube-system, a"]);
    let folder = ["ADDED, -, namespace/default", "ADDED, default, pod/a"];
    assert_eq!(watched(&["-f", "app"]), folder);
    let all = [
        "ADDED, -, namespace/default",
        "ADDED, -, namespace/kube-public",
        "ADDED, default, pod/a",
        "ADDED, kube-system, pod/b",
    ];
    assert_eq!(watched(&["-R", "-f", "app"]), all);
    assert_eq!(watched(&["--filename", "app", "-f", "app/more/list.yml"]), all);
    // All Pods include those of the manifest.
    assert_eq!(watched(&["pods", "-f", "app/a.yaml"]).len(), 3);

    let mut command = watchables(&home);
    command.args(["watch", "-f", "-", "--count", "2"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(LIST.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let mut lines = stdout(&output);
    lines.sort_unstable();
    assert_eq!(lines, ["ADDED, -, namespace/kube-public", "ADDED, kube-system, pod/b"]);
}

#[test]
fn faults_of_manifests_are_named() {
    let (_server, home) = cluster();
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    write("other.yaml", &POD.replace("name: a", "name: a, namespace: shop"));
    write("kind.yaml", &POD.replace("Pod", "Widget").replace("v1", "example.com/v1"));
    write("list.yaml", &POD.replace("name: a", "generateName: a-"));
    fs::create_dir(home.path().join("none")).unwrap();
    for (arguments, text) in [
        (&["-f", "absent.yaml"][..], "cannot read the manifest absent.yaml: No such file"),
        (&["-f", "none"], "none has no objects"),
        (&["-f", "-"], "standard input has no objects"),
        (&["-f", "list.yaml"], "list.yaml, line 1: the Pod has no metadata.name"),
        (&["-f", "kind.yaml"], "kind.yaml, line 1: no resource \"Widget.example.com/v1\""),
        (
            &["-f", "other.yaml", "-n", "default"],
            "other.yaml, line 1: pod/a is in the namespace \"shop\", and not in that of -n",
        ),
        (&["-f", "https://example.com/app.yaml"], "curl -sSfL https://example.com/app.yaml | "),
    ] {
        let output = run(watchables(&home).current_dir(&home).arg("watch").args(arguments));
        assert_error(&output, text);
    }
    let output = run(watchables(&home).arg("watch"));
    assert_eq!(output.status.code(), Some(2), "something has to be watched");
}
