//! `watchables serve`, run as a user runs it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::report::{Not, failed};

const HANGS: Duration = Duration::from_mins(1);

/// A running server, whose kubeconfig lies in a folder of its own. Dropping it kills it.
pub(super) struct Serve {
    child: Child,
    folder: TempDir,
}

impl Serve {
    /// Starts it, and waits until it says that it serves.
    pub(super) async fn start(arguments: &[&str]) -> Result<Self, Not> {
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
        let said = child.stderr.take().ok_or("the server has no output")?;
        let mut line = String::new();
        timeout(HANGS, BufReader::new(said).read_line(&mut line))
            .await
            .map_err(|_| "the server does not say that it serves")?
            .map_err(failed)?;
        if !line.starts_with("watchables: serving at ") {
            return Err(format!("{arguments:?}: it should serve, and says: {line}").into());
        }
        Ok(Self { child, folder })
    }

    /// Where its kubeconfig lies, and what a test wants to put beside it.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Ends it as Ctrl-C does; it must be content.
    pub(super) async fn end(mut self) -> Result<(), Not> {
        let id = self.child.id().ok_or("the server has ended by itself")?;
        let kill = Command::new("kill").args(["-INT", &id.to_string()]).status().await;
        kill.map_err(failed)?;
        let status = timeout(HANGS, self.child.wait())
            .await
            .map_err(|_| "the server does not end at Ctrl-C")?
            .map_err(failed)?;
        if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) }
    }
}

/// The command, which is built with this program and lies beside it.
fn program() -> Result<PathBuf, Not> {
    let program = std::env::current_exe().map_err(failed)?.with_file_name("watchables");
    if program.is_file() {
        return Ok(program);
    }
    Err(format!("there is no {}: cargo xtask e2e builds it", program.display()).into())
}
