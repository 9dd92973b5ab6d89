//! kubectl, and what it prints.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use envtest::Assets;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, timeout, timeout_at};

use super::serve::Serve;
use crate::api::text;
use crate::report::{Not, failed};

const HANGS: Duration = Duration::from_mins(1);

/// kubectl with a server's kubeconfig. It runs in the server's folder.
pub(super) struct Kubectl<'a> {
    program: PathBuf,
    server: &'a Serve,
}

/// A kubectl that goes on until it is dropped.
pub(super) struct Running {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    seen: Vec<String>,
}

/// The programs, each with its version: that beside the real API server, and that on the path.
pub(super) async fn find() -> Result<Vec<(String, PathBuf)>, Not> {
    let beside = Assets::from_env().ok().and_then(|assets| assets.kubectl());
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for program in beside.into_iter().chain([Path::new("kubectl").to_owned()]) {
        match version(&program).await {
            Ok(version) if found.iter().any(|(known, _)| *known == version) => {}
            Ok(version) => found.push((version, program)),
            Err(why) => missing.push(format!("{}: {why}", program.display())),
        }
    }
    if found.is_empty() {
        return Err(Not::Failed(format!(
            "KUBECTL DID NOT RUN, there is none ({}); on Debian: apt-get install kubernetes-client",
            missing.join("; ")
        )));
    }
    Ok(found)
}

/// Such as `1.20.2`.
async fn version(program: &Path) -> Result<String, String> {
    let output =
        Command::new(program).args(["version", "--client", "--output=json"]).output().await;
    let output = output.map_err(|error| error.to_string())?;
    let told: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let version = text(&told, "/clientVersion/gitVersion");
    Ok(version.trim_start_matches('v').to_owned())
}

impl<'a> Kubectl<'a> {
    pub(super) fn new(program: &Path, server: &'a Serve) -> Self {
        Self { program: program.to_owned(), server }
    }

    /// Puts a file where kubectl runs.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Not> {
        std::fs::write(self.server.folder().join(name), text).map_err(failed)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.server.folder())
            .env("KUBECONFIG", self.server.kubeconfig())
            .env("HOME", self.server.folder())
            .args(args)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Whether it is content, and all that it prints.
    async fn run(&self, args: &[&str], editor: Option<&str>) -> Result<(bool, String), Not> {
        let mut command = self.command(args);
        if let Some(editor) = editor {
            command.env("KUBE_EDITOR", editor);
        }
        let output = timeout(HANGS, command.output()).await;
        let output = output.map_err(|_| Not::Failed(format!("kubectl {args:?} hangs")))?;
        let output = output.map_err(|error| {
            Not::Failed(format!("cannot run {}: {error}", self.program.display()))
        })?;
        let text = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }

    /// What it prints; it must be content.
    pub(super) async fn says(&self, args: &[&str]) -> Result<String, Not> {
        match self.run(args, None).await? {
            (true, text) => Ok(text),
            (false, text) => Err(format!("kubectl {args:?}: {text}").into()),
        }
    }

    /// It prints exactly this, but for space at the end.
    pub(super) async fn prints(&self, args: &[&str], expected: &str) -> Result<(), Not> {
        let text = self.says(args).await?;
        if text.trim_end() == expected {
            return Ok(());
        }
        Err(format!("kubectl {args:?}: {expected:?} was expected, not {text:?}").into())
    }

    /// What it prints contains all of these.
    pub(super) async fn tells(&self, args: &[&str], parts: &[&str]) -> Result<(), Not> {
        let text = self.says(args).await?;
        contains(args, &text, parts)
    }

    /// It is not content, and what it prints contains all of these.
    pub(super) async fn refuses(&self, args: &[&str], parts: &[&str]) -> Result<(), Not> {
        match self.run(args, None).await? {
            (false, text) => contains(args, &text, parts),
            (true, text) => Err(format!("kubectl {args:?} should fail, and prints: {text}").into()),
        }
    }

    /// As `tells`, where kubectl calls an editor.
    pub(super) async fn edits(
        &self,
        args: &[&str],
        editor: &str,
        parts: &[&str],
    ) -> Result<(), Not> {
        match self.run(args, Some(editor)).await? {
            (true, text) => contains(args, &text, parts),
            (false, text) => Err(format!("kubectl {args:?}: {text}").into()),
        }
    }

    /// Starts what does not end by itself.
    pub(super) fn goes_on(&self, args: &[&str]) -> Result<Running, Not> {
        let mut child = self.command(args).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let out = child.stdout.take().ok_or("kubectl has no output")?;
        Ok(Running { _child: child, lines: BufReader::new(out).lines(), seen: Vec::new() })
    }
}

impl Running {
    /// Reads on until a line fits, and gives its columns.
    pub(super) async fn until(
        &mut self,
        what: &str,
        mut fits: impl FnMut(&[&str]) -> bool,
    ) -> Result<Vec<String>, Not> {
        let end = Instant::now() + HANGS;
        loop {
            let line = timeout_at(end, self.lines.next_line()).await;
            let Ok(line) = line else {
                return Err(format!("{what} does not come, only {:?}", self.seen).into());
            };
            let Some(line) = line.map_err(failed)? else {
                return Err(format!("before {what} it ends: {:?}", self.seen).into());
            };
            let columns: Vec<_> = line.split_whitespace().collect();
            if fits(&columns) {
                return Ok(columns.into_iter().map(ToOwned::to_owned).collect());
            }
            self.seen.push(line);
        }
    }
}

fn contains(args: &[&str], text: &str, parts: &[&str]) -> Result<(), Not> {
    match parts.iter().find(|part| !text.contains(*part)) {
        None => Ok(()),
        Some(part) => Err(format!("kubectl {args:?}: {part:?} is not in: {text}").into()),
    }
}
