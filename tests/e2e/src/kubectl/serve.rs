//! `watchables serve` in a child process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::report::{NotPassed, failed};

const TIMEOUT: Duration = Duration::from_mins(1);

/// A running server with its kubeconfig in its own directory. Dropping it kills the process.
pub(super) struct Serve {
    child: Child,
    folder: TempDir,
}

impl Serve {
    /// Starts the server and waits until it reports that it is serving.
    pub(super) async fn start(arguments: &[&str]) -> Result<Self, NotPassed> {
        let folder = TempDir::new().map_err(failed)?;
        let program = program()?;
        let mut child = Command::new(&program)
            .args(["serve", "--kubeconfig"])
            .arg(folder.path().join("kubeconfig"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let stderr = child.stderr.take().ok_or("the server has no output")?;
        let mut line = String::new();
        timeout(TIMEOUT, BufReader::new(stderr).read_line(&mut line))
            .await
            .map_err(|_| "timed out waiting for the server to start")?
            .map_err(failed)?;
        if !line.starts_with("watchables: serving at ") {
            return Err(format!("{arguments:?}: the server did not start: {line}").into());
        }
        Ok(Self { child, folder })
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
fn program() -> Result<PathBuf, NotPassed> {
    let program = std::env::current_exe().map_err(failed)?.with_file_name("watchables");
    if program.is_file() {
        return Ok(program);
    }
    Err(format!("{} does not exist: cargo xtask e2e builds it", program.display()).into())
}
