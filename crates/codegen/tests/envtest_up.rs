//! Tests of `envtest up` and `down` with fake servers: no process is left running.

#[path = "../../envtest/tests/fake/mod.rs"]
mod fake;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fake::{FakePrograms, wait_for};
use support::{Outcome, Repository};

/// Not a test: the fake servers run it.
#[test]
fn fake() {
    fake::serve_if_requested();
}

/// A cache folder and fake servers; stops the servers when dropped.
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
            // For the servers' folder too, which a killed process cannot remove.
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

    /// Returns the kubeconfig that `up` exports.
    fn up(&self) -> PathBuf {
        kubeconfig(&self.run("up"))
    }

    /// Returns the supervisor's folder in /proc.
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

    fn wait_until_stopped(&self) {
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
fn servers_run_until_down() {
    let machine = Machine::new();
    let kubeconfig = machine.up();
    assert_eq!(machine.fakes.running().len(), 2);
    assert!(fs::read_to_string(&kubeconfig).unwrap().contains("https://127.0.0.1:"));
    let supervisor = machine.supervisor();
    // Another `up` finds the servers, and so does `env`.
    let again = machine.run("up");
    assert!(again.stderr.contains("already running at https://127.0.0.1:"), "{}", again.stderr);
    for outcome in [again, machine.run("env")] {
        assert_eq!(self::kubeconfig(&outcome), kubeconfig);
        let assets = format!("export KUBEBUILDER_ASSETS='{}'", machine.fakes.folder().display());
        assert!(outcome.stdout.contains(&assets), "{}", outcome.stdout);
    }
    assert_eq!(machine.fakes.running().len(), 2);
    machine.run("down").succeeded();
    // All servers have ended when `down` returns.
    assert_eq!(machine.fakes.running(), Vec::<PathBuf>::new());
    assert!(!kubeconfig.parent().unwrap().exists());
    wait_for("the supervisor's end", || !alive(&supervisor));
    assert!(machine.run("down").stderr.contains("nothing is running"));
}

#[test]
fn concurrent_up_starts_one_control_plane() {
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
fn killed_supervisor_leaves_no_server_and_up_works_again() {
    let machine = Machine::new();
    let first = machine.up();
    let supervisor = machine.supervisor();
    let pid = supervisor.file_name().unwrap();
    assert!(Command::new("kill").arg("-KILL").arg(pid).status().unwrap().success());
    machine.wait_until_stopped();
    assert!(machine.run("down").stderr.contains("nothing is running"));
    let second = machine.up();
    assert_ne!(first, second);
    assert_eq!(machine.fakes.running().len(), 2);
    machine.run("down").succeeded();
    machine.wait_until_stopped();
}

#[test]
fn failed_start_shows_the_output_and_leaves_no_process() {
    let machine = Machine::new();
    machine.fakes.fail_apiserver_start("no such storage");
    let outcome = machine.run("up");
    assert_ne!(outcome.code, 0);
    for part in ["did not start", "kube-apiserver exited", "no such storage"] {
        assert!(outcome.stderr.contains(part), "{}", outcome.stderr);
    }
    assert_eq!(machine.fakes.running(), Vec::<PathBuf>::new());
    assert!(machine.run("down").stderr.contains("nothing is running"));
}

/// Returns whether the process exists and is not a zombie.
fn alive(place: &Path) -> bool {
    fs::read_to_string(place.join("stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
