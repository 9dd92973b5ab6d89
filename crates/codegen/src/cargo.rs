//! Locates cargo, and builds programs with it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::error::{Failure, Result};

/// Returns a command of the cargo that runs this program, else of the one on the path.
///
/// `cargo run` sets variables for this program. Build scripts that depend on them, as ring's does, would run again, and
/// all would be compiled anew that depends on ring; and once more when cargo is called without them.
pub(crate) fn command() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_this_program) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_this_program(variable: &str) -> bool {
    let prefixes = ["CARGO_MANIFEST_", "CARGO_PKG_"];
    variable == "OUT_DIR" || prefixes.iter().any(|prefix| variable.starts_with(prefix))
}

/// Builds the programs of packages, next to each other; returns the path of one of them.
pub(crate) fn build(root: &Path, packages: &[&str], name: &str) -> Result<PathBuf> {
    let mut command = command();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_this_package_are_kept_from_cargo() {
        // Cargo sets them for tests as it does for programs.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let command = command();
        let removed: Vec<_> = command
            .get_envs()
            .filter(|(_, value)| value.is_none())
            .filter_map(|(name, _)| name.to_str())
            .collect();
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(removed.contains(&name), "{name} is not removed: {removed:?}");
        }
        assert!(!removed.contains(&"CARGO_HOME") && !removed.contains(&"CARGO_TARGET_DIR"));
    }
}
