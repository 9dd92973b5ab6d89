//! Runs other programs.

use std::path::Path;
use std::process::Command;

use crate::error::{Failure, Result};

/// Runs a command and returns its standard output.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let output = command.output().map_err(|error| cannot_run(&command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::new(format!(
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr).trim_end()
    )))
}

pub(crate) fn cannot_run(command: &Command, error: &std::io::Error) -> Failure {
    Failure::io("run", Path::new(command.get_program()), error)
}
