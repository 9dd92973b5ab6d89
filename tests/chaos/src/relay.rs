//! A relay: the real program, which is killed, paused and stopped.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::plan::Link;
use crate::{NAMESPACE, RESOURCES, SHARDS};

/// Longer than the relay takes to drain.
const STOP_LIMIT: Duration = Duration::from_secs(25);

/// Kills the process when this one is gone, however it ended.
const WATCHDOG: &str = "read -r _; kill -KILL \"$1\"";

/// What a relay is to connect to.
pub(crate) trait Ports {
    fn port(&self, link: Link) -> u16;
}

pub(crate) struct Relay {
    program: PathBuf,
    folder: PathBuf,
    name: String,
    running: Option<Running>,
}

struct Running {
    relay: Child,
    watchdog: Child,
}

impl Relay {
    /// Writes the configuration of one; it does not run yet.
    pub(crate) fn new(
        program: &Path,
        folder: &Path,
        name: &str,
        kubeconfig: &str,
        configuration: &str,
    ) -> std::io::Result<Self> {
        std::fs::write(folder.join(format!("{name}.yaml")), configuration)?;
        std::fs::write(folder.join(format!("{name}.kubeconfig")), kubeconfig)?;
        let (program, folder) = (program.to_owned(), folder.to_owned());
        Ok(Self { program, folder, name: name.to_owned(), running: None })
    }

    pub(crate) fn start(&mut self) -> std::io::Result<()> {
        let path = |end: &str| self.folder.join(format!("{}.{end}", self.name));
        let log = File::options().create(true).append(true).open(path("log"))?;
        let relay = Command::new(&self.program)
            .arg("relay")
            .arg("--config")
            .arg(path("yaml"))
            .arg("--kubeconfig")
            .arg(path("kubeconfig"))
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .process_group(0)
            .spawn()?;
        let pid = relay.id().unwrap_or_default().to_string();
        let watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog", &pid])
            .stdin(Stdio::piped())
            .kill_on_drop(true)
            .process_group(0)
            .spawn()?;
        self.running = Some(Running { relay, watchdog });
        Ok(())
    }

    pub(crate) async fn kill(&mut self) -> std::io::Result<()> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        // First, so that it kills nothing else that has the same number later.
        running.watchdog.kill().await?;
        running.relay.kill().await
    }

    /// Stops it as Kubernetes does.
    pub(crate) async fn stop(&mut self) -> Result<(), String> {
        self.signal(Signal::TERM);
        let Some(running) = &mut self.running else { return Ok(()) };
        let stopped = timeout(STOP_LIMIT, running.relay.wait()).await.is_ok();
        self.kill().await.map_err(|error| error.to_string())?;
        stopped.then_some(()).ok_or_else(|| format!("{} does not stop after SIGTERM", self.name))
    }

    /// Returns whether it runs, though perhaps paused.
    pub(crate) fn is_running(&mut self) -> bool {
        self.running.as_mut().is_some_and(|running| matches!(running.relay.try_wait(), Ok(None)))
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = self.running.as_ref().and_then(|running| running.relay.id());
        let pid = pid.and_then(|pid| Pid::from_raw(pid.cast_signed()));
        if let Some(pid) = pid {
            // It fails if the process has just ended.
            let _ = kill_process(pid, signal);
        }
    }
}

/// The configuration of a replica, which relays to three sinks.
pub(crate) fn of_replica(ports: &impl Ports, folder: &Path, name: &str) -> String {
    let [nats, postgres, webhook] =
        [Link::Nats, Link::Postgres, Link::Webhook].map(|link| ports.port(link));
    let letters = folder.join(format!("{name}.refused"));
    let mut text = format!(
        "checkpoints: {{nats: {{url: 'nats://127.0.0.1:{nats}'}}}}\n\
         deadLetters: '{}'\n\
         replicas: {{shards: {SHARDS}, namespace: default, name: chaos}}\n\
         pipelines:\n",
        letters.display()
    );
    let watch = watch();
    let sinks = [
        (
            "jetstream",
            // Lifetimes of an object may be in different shards: so the uid is in the subject.
            format!(
                "nats: {{url: 'nats://127.0.0.1:{nats}', create: {{}}, \
                 subject: 'k8s.{{resource}}.{{namespace}}.{{name}}.{{uid}}'}}"
            ),
        ),
        (
            "postgres",
            format!(
                "postgres: {{url: 'postgres://postgres:hunter2@127.0.0.1:{postgres}/postgres', create: true, \
                 timeoutSeconds: 5}}"
            ),
        ),
        (
            "webhook",
            format!(
                "http: {{url: 'http://127.0.0.1:{webhook}/', batchSize: 20, timeoutSeconds: 3}}"
            ),
        ),
    ];
    for (name, sink) in sinks {
        let _ = writeln!(text, "- name: {name}\n  watch: [{watch}]\n  to: {{{sink}}}");
    }
    text
}

/// The configuration of the one that writes a file.
pub(crate) fn of_file(folder: &Path, name: &str) -> String {
    let path = |end: &str| folder.join(format!("{name}.{end}")).display().to_string();
    format!(
        "checkpoints: '{}'\ndeadLetters: '{}'\npipelines:\n- name: file\n  watch: [{}]\n  to: {{file: {{path: '{}'}}}}\n",
        path("redb"),
        path("refused"),
        watch(),
        path("jsonl"),
    )
}

fn watch() -> String {
    format!("{{resources: [{}], namespaces: [{NAMESPACE}]}}", RESOURCES.join(", "))
}
