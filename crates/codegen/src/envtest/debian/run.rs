//! Runs Debian's tools, with their output in a log.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::error::{Failure, Result};

/// How many lines of the log a failure shows.
const LINES: usize = 8;

/// Where all output goes.
pub(super) struct Log(PathBuf);

impl Log {
    pub(super) fn new(path: PathBuf) -> Result<Self> {
        File::create(&path).map_err(|error| Failure::io("write", &path, &error))?;
        Ok(Self(path))
    }

    /// Runs a command to its end. `doing` says what for, to whoever waits.
    pub(super) fn run(&self, doing: &str, command: &mut Command) -> Result<()> {
        eprintln!("  {doing}");
        let open = || File::options().append(true).open(&self.0);
        let failure = |error| Failure::io("write", &self.0, &error);
        let status = command
            .stdin(Stdio::null())
            .stdout(open().map_err(failure)?)
            .stderr(open().map_err(failure)?)
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Failure::new(format!(
                "{doing}: {} ended with {status}; the end of {}:\n{}",
                command.get_program().display(),
                self.0.display(),
                self.tail()
            ))),
            Err(error) => Err(Failure::new(format!(
                "{doing}: cannot run {}: {error}",
                command.get_program().display()
            ))),
        }
    }

    fn tail(&self) -> String {
        let bytes = fs::read(&self.0).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}

/// Whether the path has a program.
pub(super) fn is_there(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
