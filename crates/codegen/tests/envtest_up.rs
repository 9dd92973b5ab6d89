//! `envtest up` and `down`, with stand-ins for the servers: no process is left.

#[path = "../../envtest/tests/fake/mod.rs"]
mod fake;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fake::{FakePrograms, wait_for};
use support::{Outcome, Repository};

/// Not a test in itself: the servers' programs run it.
#[test]
fn fake() {
    fake::serve_if_requested();
}

/// A machine on which nothing is up; and nothing stays up when the test is over.
struct Machine {
    repository: Repository,
    fakes: FakePrograms,
}

impl Machine {
    fn new() -> Self {
        Self { repository: Repository::new(), fakes: FakePrograms::new() }
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchables-codegen"));
        command
            .current_dir(self.repository.path(""))
            .args(["envtest", what])
            .env("XDG_CACHE_HOME", self.repository.path("cache"))
            .env("KUBEBUILDER_ASSETS", self.fakes.folder())
            // The servers' folder too: what is killed cannot remove it.
            .env("TMPDIR", self.repository.path(""));
        command
    }

    fn run(&self, what: &str) -> Outcome {
        let output = self.command(what).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Outcome {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The kubeconfig that `up` tells a shell.
    fn up(&self) -> PathBuf {
        kubeconfig(&self.run("up"))
    }

    /// The supervisor's place in /proc.
    fn supervisor(&self) -> PathBuf {
        let folder = self.fakes.folder().display().to_string();
        let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let place = entry.ok()?.path();
            let line = fs::read_to_string(place.join("cmdline")).ok()?;
            (line.contains("supervise\0") && line.contains(&folder)).then_some(place)
        });
        let found: Vec<_> = processes.collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    fn none_runs(&self) {
        wait_for("the end of all servers", || self.fakes.running().is_empty());
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.command("down").output();
    }
}

fn kubeconfig(outcome: &Outcome) -> PathBuf {
    outcome.succeeded();
    let line = outcome.stdout.lines().find_map(|line| line.strip_prefix("export KUBECONFIG='"));
    PathBuf::from(line.unwrap().trim_end_matches('\''))
}

#[test]
fn what_is_up_stays_up_until_it_is_told_to_stop() {
    let machine = Machine::new();
    let kubeconfig = machine.up();
    assert_eq!(machine.fakes.running().len(), 2);
    assert!(fs::read_to_string(&kubeconfig).unwrap().contains("https://127.0.0.1:"));
    let supervisor = machine.supervisor();
    // Another `up` finds it, and so does `env`.
    let again = machine.run("up");
    assert!(again.stderr.contains("already up at https://127.0.0.1:"), "{}", again.stderr);
    for outcome in [again, machine.run("env")] {
        assert_eq!(self::kubeconfig(&outcome), kubeconfig);
        let assets = format!("export KUBEBUILDER_ASSETS='{}'", machine.fakes.folder().display());
        assert!(outcome.stdout.contains(&assets), "{}", outcome.stdout);
    }
    assert_eq!(machine.fakes.running().len(), 2);
    machine.run("down").succeeded();
    // All is gone when `down` returns.
    assert_eq!(machine.fakes.running(), Vec::<PathBuf>::new());
    assert!(!kubeconfig.parent().unwrap().exists());
    wait_for("the supervisor's end", || !alive(&supervisor));
    assert!(machine.run("down").stderr.contains("nothing is up"));
}

#[test]
fn two_at_once_start_one() {
    let machine = Machine::new();
    let mut commands = [machine.command("up"), machine.command("up")].map(|mut command| {
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    });
    for command in &mut commands {
        assert!(command.wait().unwrap().success());
    }
    assert_eq!(machine.fakes.started("etcd").len(), 1);
    machine.supervisor();
    machine.run("down").succeeded();
    assert_eq!(machine.fakes.running(), Vec::<PathBuf>::new());
}

#[test]
fn a_killed_supervisor_leaves_no_server_and_another_can_start() {
    let machine = Machine::new();
    let first = machine.up();
    let supervisor = machine.supervisor();
    let pid = supervisor.file_name().unwrap();
    assert!(Command::new("kill").arg("-KILL").arg(pid).status().unwrap().success());
    machine.none_runs();
    assert!(machine.run("down").stderr.contains("nothing is up"));
    let second = machine.up();
    assert_ne!(first, second);
    assert_eq!(machine.fakes.running().len(), 2);
    machine.run("down").succeeded();
    machine.none_runs();
}

#[test]
fn servers_that_do_not_start_are_told_with_their_last_words_and_leave_nothing() {
    let machine = Machine::new();
    machine.fakes.fail_apiserver_start("no such storage");
    let outcome = machine.run("up");
    assert_ne!(outcome.code, 0);
    for part in ["did not start", "kube-apiserver exited", "no such storage"] {
        assert!(outcome.stderr.contains(part), "{}", outcome.stderr);
    }
    assert_eq!(machine.fakes.running(), Vec::<PathBuf>::new());
    assert!(machine.run("down").stderr.contains("nothing is up"));
}

/// Neither gone nor dead and not yet waited for.
fn alive(place: &Path) -> bool {
    fs::read_to_string(place.join("stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
