//! `--sort-by`: what exists at the start, in the order of a field.

use std::io::BufRead as _;

use serde_json::json;

use crate::support::{cluster, pod, run, start, stderr, stdout, watchables};

#[test]
fn state_is_printed_in_the_order_of_a_field_and_the_rest_as_it_comes() {
    let (server, home) = cluster();
    for (name, rank) in [("web-10", "2"), ("web-9", "10"), ("c", "1")] {
        let mut pod = pod("default", name);
        pod["metadata"]["annotations"] = json!({"rank": rank});
        server.store().create(pod).unwrap();
    }
    let names = |arguments: &[&str]| {
        let output = run(watchables(&home).args(["watch", "pods", "--count=5"]).args(arguments));
        assert!(output.status.success(), "{}", stderr(&output));
        let names = stdout(&output).into_iter().filter_map(|line| line.rsplit([' ', '/']).next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let by_name = ["a", "b", "c", "web-9", "web-10"];
    assert_eq!(names(&["--sort-by", ".metadata.name"]), by_name);
    assert_eq!(names(&["--sort-by={.metadata.name}", "-o", "name"]), by_name);
    // What has none comes first.
    let ranked = names(&["--sort-by=metadata.annotations.rank"]);
    assert_eq!(ranked, ["a", "b", "c", "web-10", "web-9"]);
    let arguments = ["--sort-by=.metadata.name", "-o", "custom-columns=N:.metadata.name"];
    assert_eq!(names(&arguments), ["N", "a", "b", "c", "web-9", "web-10"]);

    let arguments = ["watch", "pods", "--sort-by=.metadata.name", "--count=7"];
    let mut command = watchables(&home);
    let (mut child, lines) = start(command.args(arguments));
    for name in ["z", "d"] {
        server.store().create(pod("default", name)).unwrap();
    }
    let lines: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(lines[4..], ["ADDED, default, z", "ADDED, default, d"]);
}

#[test]
fn path_that_no_object_has_is_said() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "--count=2", "--sort-by=.x.y"]));
    assert_eq!(stdout(&output).len(), 2);
    assert_eq!(stderr(&output), "watchables: --sort-by: no object has a value at this path\n");
    let output = run(watchables(&home).args(["watch", "pods", "--sort-by=.x["]));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}
