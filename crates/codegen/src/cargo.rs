//! Locates cargo, and builds programs with it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::error::{Failure, Result};

/// Returns the cargo that runs this program, else the one on the path.
pub(crate) fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Builds the programs of packages, next to each other; returns the path of one of them.
pub(crate) fn build(root: &Path, packages: &[&str], name: &str) -> Result<PathBuf> {
    let mut command = Command::new(program());
    command
        .current_dir(root)
        .args(["build", "--quiet", "--bins"])
        .args(packages.iter().map(|package| format!("--package={package}")))
        .arg("--message-format=json-render-diagnostics");
    built(&mut command, name)
}

/// Runs a `cargo build` that writes messages as JSON; returns the path of one of the programs.
pub(crate) fn built(command: &mut Command, name: &str) -> Result<PathBuf> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new(format!("cannot build {name}: see cargo's output above")));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .find_map(|message| {
            message.executable.filter(|path| path.file_stem() == Some(name.as_ref()))
        })
        .ok_or_else(|| Failure::new(format!("cargo did not build {name}")))
}

/// A message of cargo about an artifact.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
}
