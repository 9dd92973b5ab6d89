//! Runs cargo on the benches in separate target folders.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use super::sides::BENCHES;
use super::wrapper;
use crate::cargo;
use crate::error::{Failure, Result};
pub(super) use crate::process::{cannot_run, output};

/// Cargo with the manifest and the target folder of the benches.
pub(super) struct Cargo {
    root: PathBuf,
    target: PathBuf,
}

impl Cargo {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let root = std::path::absolute(root).map_err(|error| Failure::io("find", root, &error))?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        let target = std::path::absolute(target.join("bench"))
            .map_err(|error| Failure::io("find", &target, &error))?;
        Ok(Self { root, target })
    }

    /// Returns a cargo command for the benches' workspace.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        self.command_of(BENCHES, args)
    }

    /// Returns a cargo command for the main workspace.
    pub(super) fn command_at_root(&self, args: &[&str]) -> Command {
        self.command_of("Cargo.toml", args)
    }

    fn command_of(&self, manifest: &str, args: &[&str]) -> Command {
        let mut command = cargo::command();
        command
            .args(args)
            .arg("--manifest-path")
            .arg(self.root.join(manifest))
            .stdin(Stdio::null());
        command
    }

    /// Returns a target folder.
    pub(super) fn target(&self, folder: &str) -> PathBuf {
        self.target.join(folder)
    }

    /// Runs cargo with this program as the rustc wrapper and returns the wrapper's log.
    pub(super) fn logged(&self, mut command: Command) -> Result<String> {
        let log = self.target.join("rustc.log");
        fs::create_dir_all(&self.target)
            .and_then(|()| fs::write(&log, ""))
            .map_err(|error| Failure::io("write", &log, &error))?;
        let this = env::current_exe().map_err(|error| {
            Failure::new(format!("cannot determine the path of this program: {error}"))
        })?;
        command.env("RUSTC_WRAPPER", this).env(wrapper::LOG, &log);
        // Cargo compiles only workspace crates incrementally, which would make them slower.
        command.env("CARGO_INCREMENTAL", "0");
        run(command)?;
        fs::read_to_string(&log).map_err(|error| Failure::io("read", &log, &error))
    }
}

/// Runs a command and discards its output unless it fails.
pub(super) fn run(command: Command) -> Result<()> {
    output(command).map(drop)
}
