//! `watchables serve` and `watchables replay` in a child process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use super::program::Running;
use crate::report::{NotPassed, failed};
use crate::this_program;

const TIMEOUT: Duration = Duration::from_mins(1);

/// A running server with its kubeconfig in its own directory. Dropping it kills the process.
pub(super) struct Serve {
    child: Child,
    folder: TempDir,
    /// Open for as long as the server may write.
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Serve {
    /// Starts the server and waits until it reports that it is serving.
    pub(super) async fn start(arguments: &[&str]) -> Result<Self, NotPassed> {
        let folder = TempDir::new().map_err(failed)?;
        Self::start_in(folder, &[&["serve"], arguments].concat()).await
    }

    /// Starts a replay of a recording, which goes on by steps.
    pub(super) async fn replay(recording: &str) -> Result<Self, NotPassed> {
        let folder = TempDir::new().map_err(failed)?;
        std::fs::write(folder.path().join("recording.jsonl"), recording).map_err(failed)?;
        Self::start_in(folder, &["replay", "recording.jsonl", "--step"]).await
    }

    async fn start_in(folder: TempDir, arguments: &[&str]) -> Result<Self, NotPassed> {
        let program = program()?;
        let mut child = Command::new(&program)
            .current_dir(folder.path())
            .args(arguments)
            .args(["--kubeconfig", "kubeconfig"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let stderr = child.stderr.take().ok_or("the server has no output")?;
        let mut server = Self { child, folder, stderr: BufReader::new(stderr).lines() };
        let first = server.line().await?;
        let is_serving = |line: &str| line.starts_with("watchables: serving at ");
        // A replay says first what it shows.
        if !is_serving(&first) && !is_serving(&server.line().await?) {
            return Err(format!("{arguments:?}: the server did not start: {first}").into());
        }
        Ok(server)
    }

    /// Returns the next line of what the server reports.
    async fn line(&mut self) -> Result<String, NotPassed> {
        let line = timeout(TIMEOUT, self.stderr.next_line()).await;
        let line = line.map_err(|_| "timed out waiting for the server")?.map_err(failed)?;
        Ok(line.ok_or("the server exited")?)
    }

    /// Lets a replay go on by one event, which it reports.
    pub(super) async fn step(&mut self) -> Result<String, NotPassed> {
        let stdin = self.child.stdin.as_mut().ok_or("the server has no input")?;
        stdin.write_all(b"\n").await.map_err(failed)?;
        self.line().await
    }

    /// Starts `watchables watch` on the server.
    pub(super) fn watch(&self, arguments: &[&str]) -> Result<Running, NotPassed> {
        let mut command = Command::new(program()?);
        command
            .env("KUBECONFIG", self.kubeconfig())
            .env("HOME", self.folder())
            .arg("watch")
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Running::start(command)
    }

    /// Returns the directory of the kubeconfig and of the test's files.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Sends SIGINT, as Ctrl-C does, and checks that the server exits with success.
    pub(super) async fn stop(mut self) -> Result<(), NotPassed> {
        let id = self.child.id().ok_or("the server exited by itself")?;
        let kill = Command::new("kill").args(["-INT", &id.to_string()]).status().await;
        kill.map_err(failed)?;
        let status = timeout(TIMEOUT, self.child.wait())
            .await
            .map_err(|_| "the server did not exit on Ctrl-C")?
            .map_err(failed)?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the server failed with {status}").into())
        }
    }
}

/// Returns the path of the `watchables` program, which is built along with this one.
pub(super) fn program() -> Result<PathBuf, NotPassed> {
    let program = this_program::path()?.with_file_name("watchables");
    if program.is_file() {
        return Ok(program);
    }
    Err(format!("{} does not exist: cargo xtask e2e builds it", program.display()).into())
}
