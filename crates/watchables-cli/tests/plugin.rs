//! The program as a plugin of kubectl, and its manual pages.

use std::path::Path;
use std::process::{Command, Output};

use embedded_apiserver::EmbeddedServer;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_watchables");

fn run(program: impl AsRef<Path>, home: &TempDir, arguments: &[&str]) -> Output {
    Command::new(program.as_ref())
        .args(arguments)
        .env("HOME", home.path())
        .env_remove("KUBECONFIG")
        .env_remove("KUBERNETES_SERVICE_HOST")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn link_is_a_plugin_that_watches_unless_another_command_is_named() {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let server = EmbeddedServer::builder(catalog).start_in_thread().unwrap();
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    std::fs::write(home.path().join(".kube/config"), server.kubeconfig()).unwrap();
    let folder = home.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.to_str().unwrap();
    let output = run(PROGRAM, &home, &["plugin", folder]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("kubectl finds it once {folder} is in PATH")));
    // Again, it is there already.
    assert!(run(PROGRAM, &home, &["plugin", folder]).status.success());

    let plugin = format!("{folder}/kubectl-watchables");
    let output = run(&plugin, &home, &["ns", "--count=1", "-o", "name"]);
    assert_eq!(stdout(&output), "namespace/default\n", "{}", stderr(&output));
    let output = run(&plugin, &home, &["watch", "ns", "--count=1", "-o", "name"]);
    assert_eq!(stdout(&output), "namespace/default\n");
    let output = run(&plugin, &home, &["doctor", "--json"]);
    assert!(stdout(&output).starts_with('{') && output.status.success());
    let output = run(&plugin, &home, &["ns", "--nope"]);
    assert!(stderr(&output).contains("Usage: kubectl watchables watch "), "{}", stderr(&output));
    let output = run(&plugin, &home, &["--help"]);
    assert!(stdout(&output).contains("Usage: kubectl watchables <COMMAND>"), "{}", stdout(&output));
    let output = run(PROGRAM, &home, &["ns"]);
    assert!(stderr(&output).contains("unrecognized subcommand 'ns'"), "{}", stderr(&output));
}

#[test]
fn another_program_of_the_name_is_not_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let other = home.path().join("kubectl-watchables");
    std::fs::write(&other, "mine").unwrap();
    let output = run(PROGRAM, &home, &["plugin", home.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("exists, and is another program"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(other).unwrap(), "mine");
    let output = run(PROGRAM, &home, &["plugin", "/does/not/exist"]);
    assert!(stderr(&output).starts_with("error: cannot write /does/not/exist/kubectl-watchables"));
}

#[test]
fn every_command_has_a_manual_page() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("share/man1");
    let output = run(PROGRAM, &home, &["man", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let help = stdout(&run(PROGRAM, &home, &["--help"]));
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    // A long description goes on further to the right.
    let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    for name in names.iter().filter(|name| **name != "help") {
        let page = std::fs::read_to_string(folder.join(format!("watchables-{name}.1"))).unwrap();
        assert!(page.contains(&format!(".TH watchables-{name} 1 ")), "{page}");
        assert!(page.contains(".SH OPTIONS"), "{page}");
        // A line that begins so, and is no macro, would be lost.
        let macros = [
            ".TH", ".IP", ".SH", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi", ".br", ".ie", ".el",
            ".ds",
        ];
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            assert!(macros.iter().any(|known| line.starts_with(known)), "{name}: {line}");
        }
    }
    let page = std::fs::read_to_string(folder.join("watchables.1")).unwrap();
    assert!(names.len() > 10 && names.iter().all(|name| page.contains(&name.replace('-', "\\-"))));
    let page = std::fs::read_to_string(folder.join("watchables-watch.1")).unwrap();
    assert!(
        page.contains(".nf\nwatchables watch pods,deployments \\-n shop \\-\\-diff\n"),
        "{page}"
    );
    let output = run(PROGRAM, &home, &["man", "/proc/none"]);
    assert!(stderr(&output).starts_with("error: cannot make the directory /proc/none"));
}
