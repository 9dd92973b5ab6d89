//! Finds and runs kubectl, and checks its output.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use envtest::Assets;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, timeout, timeout_at};

use super::serve::Serve;
use crate::api::text;
use crate::report::{NotPassed, failed};

const TIMEOUT: Duration = Duration::from_mins(1);

/// kubectl with a server's kubeconfig, run in a directory for its files.
pub(super) struct Kubectl {
    program: PathBuf,
    folder: PathBuf,
    kubeconfig: PathBuf,
}

/// A process of kubectl, or of `watchables`, that runs until it is dropped.
pub(super) struct Running {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    seen: Vec<String>,
}

/// Finds kubectl next to the real API server and on the path. Returns each different version.
pub(super) async fn find() -> Result<Vec<(String, PathBuf)>, NotPassed> {
    let beside = Assets::from_env().ok().and_then(|assets| assets.kubectl());
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for program in beside.into_iter().chain([Path::new("kubectl").to_owned()]) {
        match version(&program).await {
            Ok(version) if found.iter().any(|(other, _)| *other == version) => {}
            Ok(version) => found.push((version, program)),
            Err(why) => missing.push(format!("{}: {why}", program.display())),
        }
    }
    if found.is_empty() {
        return Err(NotPassed::Failed(format!(
            "KUBECTL DID NOT RUN: not found ({}); on Debian: apt-get install kubernetes-client",
            missing.join("; ")
        )));
    }
    Ok(found)
}

/// Returns kubectl's version, such as `1.20.2`.
async fn version(program: &Path) -> Result<String, String> {
    let output =
        Command::new(program).args(["version", "--client", "--output=json"]).output().await;
    let output = output.map_err(|error| error.to_string())?;
    let versions: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let version = text(&versions, "/clientVersion/gitVersion");
    Ok(version.trim_start_matches('v').to_owned())
}

impl Kubectl {
    pub(super) fn new(program: &Path, server: &Serve) -> Self {
        Self {
            program: program.to_owned(),
            folder: server.folder().to_owned(),
            kubeconfig: server.kubeconfig(),
        }
    }

    /// For a server that is not `watchables serve`. Writes its kubeconfig into the folder.
    pub(super) fn with_kubeconfig(
        program: &Path,
        folder: &Path,
        kubeconfig: &str,
    ) -> Result<Self, NotPassed> {
        let path = folder.join("kubeconfig");
        std::fs::write(&path, kubeconfig).map_err(failed)?;
        let (program, folder) = (program.to_owned(), folder.to_owned());
        Ok(Self { program, folder, kubeconfig: path })
    }

    pub(super) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Returns kubectl's file, or its name if it is on the path.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    /// Writes a file in kubectl's working directory.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), NotPassed> {
        std::fs::write(self.folder.join(name), text).map_err(failed)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", &self.folder)
            .args(args)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs kubectl. Returns whether it succeeded, and its output.
    async fn run(&self, args: &[&str], editor: Option<&str>) -> Result<(bool, String), NotPassed> {
        let mut command = self.command(args);
        if let Some(editor) = editor {
            command.env("KUBE_EDITOR", editor);
        }
        let output = timeout(TIMEOUT, command.output()).await;
        let output =
            output.map_err(|_| NotPassed::Failed(format!("kubectl {args:?} timed out")))?;
        let output = output.map_err(|error| {
            NotPassed::Failed(format!("cannot run {}: {error}", self.program.display()))
        })?;
        let text = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }

    /// Returns the output of a command that must succeed.
    pub(super) async fn output(&self, args: &[&str]) -> Result<String, NotPassed> {
        match self.run(args, None).await? {
            (true, text) => Ok(text),
            (false, text) => Err(format!("kubectl {args:?}: {text}").into()),
        }
    }

    /// Checks that a command prints exactly this text, apart from trailing whitespace.
    pub(super) async fn prints(&self, args: &[&str], expected: &str) -> Result<(), NotPassed> {
        let text = self.output(args).await?;
        if text.trim_end() == expected {
            return Ok(());
        }
        Err(format!("kubectl {args:?}: expected {expected:?}, got {text:?}").into())
    }

    /// Checks that a command succeeds and that its output contains all of these texts.
    pub(super) async fn succeeds(&self, args: &[&str], parts: &[&str]) -> Result<(), NotPassed> {
        let text = self.output(args).await?;
        contains(args, &text, parts)
    }

    /// Checks that a command fails and that its output contains all of these texts.
    pub(super) async fn fails(&self, args: &[&str], parts: &[&str]) -> Result<(), NotPassed> {
        match self.run(args, None).await? {
            (false, text) => contains(args, &text, parts),
            (true, text) => Err(format!("kubectl {args:?} succeeded unexpectedly: {text}").into()),
        }
    }

    /// Like `succeeds`, for a command that runs an editor.
    pub(super) async fn edits(
        &self,
        args: &[&str],
        editor: &str,
        parts: &[&str],
    ) -> Result<(), NotPassed> {
        match self.run(args, Some(editor)).await? {
            (true, text) => contains(args, &text, parts),
            (false, text) => Err(format!("kubectl {args:?}: {text}").into()),
        }
    }

    /// Starts a command that does not end by itself.
    pub(super) fn spawn(&self, args: &[&str]) -> Result<Running, NotPassed> {
        Running::start(self.command(args))
    }
}

impl Running {
    pub(super) fn start(mut command: Command) -> Result<Self, NotPassed> {
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
        let out = child.stdout.take().ok_or("the process has no output")?;
        Ok(Self { _child: child, lines: BufReader::new(out).lines(), seen: Vec::new() })
    }

    /// Reads the next line.
    pub(super) async fn line(&mut self) -> Result<String, NotPassed> {
        let line = timeout(TIMEOUT, self.lines.next_line()).await;
        let line = line.map_err(|_| "timed out waiting for a line")?.map_err(failed)?;
        Ok(line.ok_or("the process exited before it wrote a line")?)
    }

    /// Reads lines until one matches, and returns its columns.
    pub(super) async fn wait_for_line(
        &mut self,
        what: &str,
        mut matches: impl FnMut(&[&str]) -> bool,
    ) -> Result<Vec<String>, NotPassed> {
        let end = Instant::now() + TIMEOUT;
        loop {
            let line = timeout_at(end, self.lines.next_line()).await;
            let Ok(line) = line else {
                return Err(format!("timed out waiting for {what}, got {:?}", self.seen).into());
            };
            let Some(line) = line.map_err(failed)? else {
                return Err(format!("kubectl exited before {what}: {:?}", self.seen).into());
            };
            let columns: Vec<_> = line.split_whitespace().collect();
            if matches(&columns) {
                return Ok(columns.into_iter().map(ToOwned::to_owned).collect());
            }
            self.seen.push(line);
        }
    }
}

fn contains(args: &[&str], text: &str, parts: &[&str]) -> Result<(), NotPassed> {
    match parts.iter().find(|part| !text.contains(*part)) {
        None => Ok(()),
        Some(part) => Err(format!("kubectl {args:?}: {part:?} is not in: {text}").into()),
    }
}
