//! Runs Debian's tools and logs their output.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::error::{Failure, Result};

/// The number of log lines in a failure.
const LINES: usize = 8;

/// The log file of all commands.
pub(super) struct Log(PathBuf);

impl Log {
    pub(super) fn new(path: PathBuf) -> Result<Self> {
        File::create(&path).map_err(|error| Failure::io("write", &path, &error))?;
        Ok(Self(path))
    }

    /// Runs a command and waits for it. `step` is printed as progress.
    pub(super) fn run(&self, step: &str, command: &mut Command) -> Result<()> {
        eprintln!("  {step}");
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
                "{step}: {} exited with {status}; the end of {}:\n{}",
                command.get_program().display(),
                self.0.display(),
                self.tail()
            ))),
            Err(error) => Err(Failure::new(format!(
                "{step}: cannot run {}: {error}",
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

/// Returns whether a program is on the path.
pub(super) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
