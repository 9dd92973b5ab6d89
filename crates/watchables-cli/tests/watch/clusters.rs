//! `--context a,b`: several clusters in one stream.

use std::io::{BufRead as _, Read as _};

use embedded_apiserver::EmbeddedServer;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    assert_error, home, newest_catalog, pod, run, start, stderr, stdout, watchables,
};

/// Returns a server with a Pod of this name.
fn server(name: &str) -> EmbeddedServer {
    let server = EmbeddedServer::builder(newest_catalog()).start_in_thread().unwrap();
    server.store().create(pod("default", name)).unwrap();
    server
}

/// Returns a home directory whose kubeconfig has contexts for these URLs.
fn contexts(clusters: &[(&str, &str)]) -> TempDir {
    let home = home();
    let list = |line: &dyn Fn(&str, &str) -> String| {
        clusters.iter().map(|(name, url)| line(name, url)).collect::<Vec<_>>().join(", ")
    };
    let text = format!(
        "apiVersion: v1\nkind: Config\nusers: [{{name: u, user: {{token: t}}}}]\ncontexts: [{}]\nclusters: [{}]\n",
        list(&|name, _| format!("{{name: \"{name}\", context: {{cluster: \"{name}\", user: u}}}}")),
        list(&|name, url| format!("{{name: \"{name}\", cluster: {{server: \"{url}\"}}}}")),
    );
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    std::fs::write(home.path().join(".kube/config"), text).unwrap();
    home
}

/// A URL at which nothing listens. The socket keeps its port.
fn nowhere() -> (tokio::net::TcpSocket, String) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    (socket, url)
}

#[test]
fn events_name_their_cluster() {
    let (blue, green) = (server("a"), server("b"));
    let home = contexts(&[("blue", &blue.url()), ("green", &green.url())]);
    let sorted = |arguments: &[&str]| {
        let mut command = watchables(&home);
        command.args(["watch", "pods", "--context", "blue,green", "--count", "2"]).args(arguments);
        let output = run(&mut command);
        assert!(output.status.success(), "{}", stderr(&output));
        let mut lines: Vec<_> = stdout(&output).iter().map(|line| (*line).to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&[]), ["blue, ADDED, default, a", "green, ADDED, default, b"]);
    assert_eq!(sorted(&["-o", "name"]), ["blue, pod/a", "green, pod/b"]);
    let yaml = sorted(&["-o", "yaml"]);
    assert!(
        yaml.contains(&"# ADDED blue".to_owned()) && yaml.contains(&"# ADDED green".to_owned())
    );
    for (line, cluster, name) in sorted(&["-o", "json"])
        .iter()
        .zip([("blue", "a"), ("green", "b")])
        .map(|(l, (c, n))| (l, c, n))
    {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["cluster"], cluster);
        assert_eq!(event["object"]["metadata"]["name"], name);
    }
    // With one, there is nothing to tell apart.
    let output =
        run(watchables(&home).args(["watch", "pods", "--context", "green", "--count", "1"]));
    assert_eq!(stdout(&output), ["ADDED, default, b"]);
}

#[test]
fn cluster_that_cannot_be_reached_is_left_out_unless_it_is_the_last() {
    let blue = server("a");
    let (_socket, url) = nowhere();
    let home = contexts(&[("blue", &blue.url()), ("gone", &url), ("lost", &url)]);
    let mut command = watchables(&home);
    let (mut child, mut lines) = start(command.args(["watch", "pods", "--context", "gone,blue"]));
    let mut stderr_lines = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut notice = String::new();
    stderr_lines.read_line(&mut notice).unwrap();
    assert!(notice.starts_with("watchables: gone is left out: the API server "), "{notice}");
    blue.store().create(pod("default", "later")).unwrap();
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert_eq!(line, "blue, ADDED, default, later\n");
    child.kill().unwrap();
    child.wait().unwrap();
    stderr_lines.read_to_string(&mut String::new()).unwrap();

    let output = run(watchables(&home).args(["watch", "pods", "--context", "gone,lost"]));
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("gone is left out: ") && text.contains("lost is left out: "), "{text}");
    assert!(text.ends_with("error: none of the clusters of --context can be watched\n"), "{text}");
}

#[test]
fn cluster_that_was_left_out_joins_when_it_is_there() {
    let blue = server("a");
    let (socket, url) = nowhere();
    let port = socket.local_addr().unwrap().port();
    let home = contexts(&[("blue", &blue.url()), ("late", &url)]);
    let mut command = watchables(&home);
    let (mut child, mut lines) = start(command.args(["watch", "pods", "--context", "late,blue"]));
    let mut notices = std::io::BufReader::new(child.stderr.take().unwrap()).lines();
    let mut notice = || notices.next().unwrap().unwrap();
    assert!(notice().starts_with("watchables: late is left out: "));
    assert_eq!(notice(), "watchables: late is tried again until it can be watched");
    drop(socket);
    let late = EmbeddedServer::builder(newest_catalog()).port(port).start_in_thread().unwrap();
    late.store().create(pod("default", "b")).unwrap();
    assert_eq!(notice(), "watchables: late is there, and watched from now on");
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert_eq!(line, "late, ADDED, default, b\n");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn wrong_contexts_are_named_with_those_that_there_are() {
    let blue = server("a");
    let home = contexts(&[("blue", &blue.url()), ("green,red", &blue.url())]);
    let with = |context: &str| {
        run(watchables(&home).args(["watch", "pods", "--count", "1", "--context", context]))
    };
    assert_error(&with("blue,grey"), "has no context \"grey\"; it has: blue, green,red");
    assert_error(&with("blue,"), "--context \"blue,\" has an empty name");
    // A context may be called so.
    assert_eq!(stdout(&with("green,red")), ["ADDED, default, a"]);
    assert_eq!(stdout(&with("blue,blue")), ["blue, ADDED, default, a"]);
}

#[test]
fn resumed_watch_of_several_clusters_goes_on_in_each() {
    let (blue, green) = (server("a"), server("b"));
    let home = contexts(&[("blue", &blue.url()), ("green", &green.url())]);
    let next = |count: &str| {
        let mut command = watchables(&home);
        command.current_dir(&home).args(["watch", "pods", "--context", "blue,green"]);
        let output = run(command.args(["--resume", "w.redb", "--count", count]));
        assert!(output.status.success(), "{}", stderr(&output));
        let mut lines: Vec<_> = stdout(&output).iter().map(|line| (*line).to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(next("2"), ["blue, ADDED, default, a", "green, ADDED, default, b"]);
    blue.store().create(pod("default", "c")).unwrap();
    green.store().create(pod("default", "d")).unwrap();
    assert_eq!(next("2"), ["blue, ADDED, default, c", "green, ADDED, default, d"]);
}
