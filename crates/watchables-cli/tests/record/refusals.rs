//! What the commands refuse, and what they say to do about it.

use embedded_apiserver::EmbeddedServer;

use super::support::{assert_error, cluster, newest_catalog, run, watchables};
use super::{file, on};

#[test]
fn recording_without_a_file_or_into_one_that_exists_says_what_to_do() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["record", "pods"]));
    assert_error(&output, "no file to record into; name one with -o, such as -o pods.jsonl.zst");
    let path = file(&home, "a.jsonl");
    let into = |more: &[&str]| {
        let mut command = watchables(&home);
        command.args(["record", "--for", "1s", "-o"]).arg(&path).args(more);
        run(&mut command)
    };
    assert!(into(&["pods"]).status.success());
    assert_error(&into(&["pods"]), "exists already; go on in it with --append");
    assert!(into(&["pods", "--append"]).status.success());
    let error = "it is of pods/v1, and not of secrets/v1";
    assert_error(&into(&["secrets", "--append"]), error);
    assert_error(&into(&["pods", "--append", "--with-secrets"]), "redact the same");
    assert_error(&into(&["pods", "--append", "--redact", "a["]), r#"the path "a[" of a field"#);
}

#[test]
fn recording_of_another_cluster_is_not_continued() {
    let (_server, home) = cluster();
    let path = file(&home, "a.jsonl");
    let record = |more: &[&str]| {
        let mut command = watchables(&home);
        command.args(["record", "pods", "--for", "1s", "--append", "-o"]).arg(&path).args(more);
        run(&mut command)
    };
    assert!(record(&[]).status.success());
    let other = EmbeddedServer::builder(newest_catalog()).start_in_thread().unwrap();
    let config = file(&home, "other");
    std::fs::write(&config, other.kubeconfig()).unwrap();
    let output = record(&["--kubeconfig", config.to_str().unwrap()]);
    assert_error(&output, "and this is the cluster ");
}

#[test]
fn what_is_not_recorded_is_named_with_what_is() {
    let (_server, home) = cluster();
    let mut command = watchables(&home);
    command.args(["record", "pods,nodes", "--for", "1s", "-o"]).arg(file(&home, "a.jsonl"));
    assert!(run(&mut command).status.success());
    for args in [&["history", "secrets"][..], &["state", "secrets"]] {
        let output = run(&mut on(&home, args, "a.jsonl"));
        assert_error(&output, r#"has no resource "secrets"; it has nodes, pods"#);
    }
    let output = run(&mut on(&home, &["history", "a/b/c/d"], "a.jsonl"));
    assert_error(&output, "write it as pod/shop/web-1");
    std::fs::write(file(&home, "b.jsonl"), "hello\n").unwrap();
    assert_error(&run(&mut on(&home, &["state"], "b.jsonl")), "is not a recording");
    assert_error(&run(&mut on(&home, &["state"], "c.jsonl")), "cannot open the recording");
}
