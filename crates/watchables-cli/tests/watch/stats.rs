//! `--stats`, and SIGUSR1.

use std::io::BufRead as _;

use crate::support::{cluster, delete_pod, pod, start, wait, watchables};

/// Returns the cells of the first row of a table that begins with these texts.
fn row<'a>(text: &'a str, begin: &[&str]) -> Vec<&'a str> {
    let rows = text.lines().map(|line| line.split("   ").map(str::trim).filter(|c| !c.is_empty()));
    let mut rows = rows.map(Iterator::collect::<Vec<_>>);
    rows.find(|row| row.starts_with(begin)).unwrap_or_else(|| panic!("{begin:?} in {text}"))
}

#[test]
fn events_are_counted_by_watch_namespace_and_object() {
    let (server, home) = cluster();
    let mut command = watchables(&home);
    let arguments = ["watch", "pods,ns", "--only", "DELETED", "--count", "1", "--stats"];
    let mut child = command.args(arguments).args(["--until", "type == 'DELETED'"]).spawn().unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap());
    // It is not known when it watches: until it has seen the deletion, there is another one.
    let done = std::thread::spawn(move || lines.lines().map(Result::unwrap).collect::<Vec<_>>());
    for number in 0.. {
        if done.is_finished() {
            break;
        }
        let name = format!("x{number}");
        server.store().create(pod("default", &name)).unwrap();
        let mut changed = pod("default", &name);
        changed["metadata"]["labels"]["tier"] = "front".into();
        server.store().update(changed).unwrap();
        delete_pod(&server, &name);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let printed = done.join().unwrap();
    let (status, stderr) = wait(child);
    assert!(status.success(), "{stderr}");
    assert!(stderr.contains("; 1 printed; "), "{stderr}");
    let heading = row(&stderr, &["WATCH"]);
    assert_eq!(
        heading[1..8],
        ["EVENTS", "A SECOND", "INITIAL", "ADDED", "MODIFIED", "DELETED", "REPAIRED"]
    );
    assert_eq!(heading[8..], ["SIZE", "RECONNECTS", "REPAIRS"]);
    // The events of the last Pod are all that there were, if it began in a quiet moment.
    let counts =
        |row: &[&str]| row[3..7].iter().map(|cell| cell.parse().unwrap()).collect::<Vec<u64>>();
    let pods = counts(&row(&stderr, &["pods/v1"]));
    assert!(pods[0] >= 1 && pods[3] == 1, "{stderr}");
    let system = &row(&stderr, &["pods/v1", "kube-system"])[1..];
    assert_eq!(counts(system), [1, 0, 0, 0], "{stderr}");
    let name = printed[0].split(", ").last().unwrap();
    let name = name.strip_prefix("pod/").unwrap();
    let most = row(&stderr, &["pods/v1", "default", name]);
    assert!((1..=4).contains(&most[3].parse::<u64>().unwrap()), "{stderr}");
}

#[cfg(unix)]
#[test]
fn signal_prints_them_at_any_time() {
    let (server, home) = cluster();
    let (mut child, mut lines) = start(watchables(&home).args(["watch", "pods"]));
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    for number in 1..3 {
        crate::support::send_signal(&child, rustix::process::Signal::USR1);
        let mut text = String::new();
        while !text.contains("RECONNECTS") {
            assert_ne!(stderr.read_line(&mut text).unwrap(), 0, "{text}");
        }
        assert!(text.contains(" events in "), "{number}: {text}");
        let mut row = String::new();
        stderr.read_line(&mut row).unwrap();
        assert!(row.starts_with("pods/v1 "), "{number}: {row}");
    }
    // It goes on.
    server.store().create(pod("default", "c")).unwrap();
    let mut line = String::new();
    while !line.contains("ADDED, default, c") {
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "{line}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
