//! `--resume`: a watch that goes on where it has ended.

use std::collections::BTreeSet;
use std::io::{BufRead as _, Read as _};

use embedded_apiserver::EmbeddedServer;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    assert_error, cluster, delete_pod, home, newest_catalog, pod, run, start, stderr, stdout,
    watchables,
};

/// Runs a watch with the file `w.redb`.
fn resumed(home: &TempDir, arguments: &[&str]) -> std::process::Output {
    let mut command = watchables(home);
    command.current_dir(home).args(["watch", "--resume", "w.redb"]);
    run(command.args(arguments))
}

fn lines(output: &std::process::Output) -> Vec<&str> {
    assert!(output.status.success(), "{}", stderr(output));
    stdout(output)
}

#[test]
fn what_was_printed_is_not_printed_again_and_the_rest_is() {
    let (server, home) = cluster();
    assert_eq!(lines(&resumed(&home, &["pods", "--count", "1"])), ["ADDED, default, a"]);
    let second = resumed(&home, &["pods", "--count", "1"]);
    assert_eq!(lines(&second), ["ADDED, kube-system, b"]);
    server.store().create(pod("default", "c")).unwrap();
    delete_pod(&server, "a");
    let mut changed = pod("kube-system", "b");
    changed["metadata"]["labels"]["tier"] = "front".into();
    server.store().update(changed).unwrap();
    let third = resumed(&home, &["pods", "--for", "2s", "--diff"]);
    let printed = lines(&third);
    let at = |begin: &str| printed.iter().position(|line| line.starts_with(begin)).unwrap();
    let notice = stderr(&third);
    assert_eq!(notice.matches("does not have what objects were before").count(), 1, "{notice}");
    // The list was not over, so what is gone is found by comparison.
    assert_eq!(printed[at("DELETED")], "DELETED, default, a, REPAIRED", "{printed:?}");
    assert_eq!(printed[at("MODIFIED") + 1], "    (what it was before is not known)", "{printed:?}");
    assert_eq!(printed[at("ADDED")], "ADDED, default, c", "{printed:?}");
    assert_eq!(printed.len(), 4, "{printed:?}");
    // Nothing is not empty: there are objects that were printed before.
    let nothing = resumed(&home, &["pods", "--for", "2s"]);
    assert!(lines(&nothing).is_empty() && nothing.stderr.is_empty(), "{}", stderr(&nothing));
}

#[test]
fn what_was_missed_comes_as_repaired() {
    let server = EmbeddedServer::builder(newest_catalog()).history(2).start_in_thread().unwrap();
    let home = home();
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    std::fs::write(home.path().join(".kube/config"), server.kubeconfig()).unwrap();
    let map = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "default", "name": name}});
    for name in ["a", "b"] {
        server.store().create(map(name)).unwrap();
    }
    assert_eq!(lines(&resumed(&home, &["cm", "--for", "1s"])).len(), 2);
    let maps = watchables::ResourceInfo::new(
        "",
        "v1",
        "ConfigMap",
        "configmaps",
        watchables::Scope::Namespaced,
    );
    server.store().delete(&maps, Some("default"), "a").unwrap();
    for number in 0..10 {
        server.store().create(map(&format!("c{number}"))).unwrap();
        server.store().delete(&maps, Some("default"), &format!("c{number}")).unwrap();
    }
    server.store().create(map("d")).unwrap();
    let output = resumed(&home, &["cm", "--count", "2"]);
    let printed: BTreeSet<_> = lines(&output).into_iter().collect();
    assert_eq!(
        printed,
        BTreeSet::from(["ADDED, default, d, REPAIRED", "DELETED, default, a, REPAIRED"])
    );
}

#[test]
fn killed_watch_loses_nothing() {
    let (server, home) = cluster();
    let mut seen = BTreeSet::new();
    let mut number = 0;
    for _ in 0..4 {
        let mut command = watchables(&home);
        command.current_dir(&home).args(["watch", "pods", "--resume", "w.redb", "--only", "ADDED"]);
        let mut child = command.spawn().unwrap();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        for _ in 0..20 {
            server.store().create(pod("default", &format!("n{number}"))).unwrap();
            number += 1;
        }
        // In the middle of what it prints.
        let mut line = String::new();
        for _ in 0..10 {
            line.clear();
            out.read_line(&mut line).unwrap();
            seen.insert(line.trim_end().to_owned());
        }
        child.kill().unwrap();
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        seen.extend(rest.lines().map(str::to_owned));
        child.wait().unwrap();
    }
    let rest = resumed(&home, &["pods", "--for", "2s", "--only", "ADDED"]);
    seen.extend(lines(&rest).into_iter().map(str::to_owned));
    for number in 0..number {
        assert!(seen.contains(&format!("ADDED, default, n{number}")), "{number}: {seen:?}");
    }
    let nothing = resumed(&home, &["pods", "--for", "1s", "--only", "ADDED"]);
    assert!(lines(&nothing).is_empty());
}

#[cfg(unix)]
#[test]
fn interrupt_keeps_what_was_printed() {
    let (server, home) = cluster();
    let mut command = watchables(&home);
    let (child, _lines) =
        start(command.current_dir(&home).args(["watch", "pods", "--resume", "w.redb"]));
    crate::support::send_signal(&child, rustix::process::Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    server.store().create(pod("default", "c")).unwrap();
    // The second of the two that existed may have been printed, or not.
    let output = resumed(&home, &["pods", "--for", "2s"]);
    let printed = lines(&output);
    assert!(!printed.contains(&"ADDED, default, a"), "{printed:?}");
    assert!(printed.contains(&"ADDED, default, c"), "{printed:?}");
}

#[test]
fn file_of_another_watch_is_refused() {
    let (_server, home) = cluster();
    lines(&resumed(&home, &["pods", "--count", "2"]));
    let error = |arguments: &[&str], text: &str| {
        assert_error(&resumed(&home, arguments), text);
    };
    error(
        &["services"],
        "the file is of another watch: of pods/v1, and this one is of services/v1",
    );
    error(
        &["pods", "-l", "app=a"],
        "another label selector: none, but the stream is of app=a; name",
    );
    error(
        &["pods", "-n", "default"],
        "another watch: of pods/v1, and this one is of pods/v1:default",
    );
    let (_other, elsewhere) = cluster();
    let copy = |file: &str| std::fs::copy(home.path().join(file), elsewhere.path().join(file));
    copy("w.redb").unwrap();
    assert_error(&resumed(&elsewhere, &["pods"]), "w.redb-journal is missing");
    copy("w.redb-journal").unwrap();
    assert_error(&resumed(&elsewhere, &["pods"]), "w.redb: the file is of another cluster: ");
    std::fs::write(elsewhere.path().join("w.redb"), "something else").unwrap();
    assert_error(&resumed(&elsewhere, &["pods"]), "w.redb is not a file of checkpoints");
    let absent = ["watch", "pods", "--resume", "absent/w.redb"];
    assert_error(
        &run(watchables(&home).current_dir(&home).args(absent)),
        "there is no folder absent",
    );
    // What is added begins with what exists.
    let output = resumed(&home, &["pods,ns", "--for", "1s"]);
    assert!(stderr(&output).contains("namespaces/v1 is new in the file"), "{}", stderr(&output));
    assert!(lines(&output).iter().all(|line| line.contains("namespace/")));
}
