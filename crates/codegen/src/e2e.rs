//! `cargo xtask e2e`: runs the end-to-end suite against a real kube-apiserver.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use ::envtest::ASSETS_VARIABLE;
use clap::Args;

use crate::cargo;
use crate::envtest;
use crate::error::{Failure, Result};

/// The server and the tests to run.
#[derive(Args)]
pub(crate) struct EndToEnd {
    /// Run against the server of this kubeconfig, in namespaces that are removed afterwards, without the
    /// tests that need a dedicated server [default: the server that `envtest install` provides]
    #[arg(long, value_name = "PATH")]
    kubeconfig: Option<PathBuf>,
    /// Run only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// The seed of random faults [default: random]
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    wanted: envtest::Wanted,
}

/// Runs the suite; fails if a test fails or there is no server.
pub(crate) fn e2e(root: &Path, args: &EndToEnd) -> Result<ExitCode> {
    let assets = match &args.kubeconfig {
        // For its kubectl.
        Some(_) => envtest::installed()?,
        None => Some(envtest::find(root, &args.wanted).map_err(|failure| {
            failure.within("END TO END DID NOT RUN, there is no real API server")
        })?),
    };
    let mut command = Command::new(build(root)?);
    command.current_dir(root);
    if let Some(assets) = assets {
        command.env(ASSETS_VARIABLE, assets.folder());
    }
    if let Some(path) = &args.kubeconfig {
        let path = path.canonicalize().map_err(|error| Failure::io("find", path, &error))?;
        command.arg("--kubeconfig").arg(path);
    }
    if let Some(filter) = &args.filter {
        command.arg("--filter").arg(filter);
    }
    if let Some(seed) = args.seed {
        command.arg(format!("--seed={seed}"));
    }
    let status =
        command.status().map_err(|error| Failure::new(format!("cannot run the suite: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the suite, and the command that it tests with kubectl next to it; returns its path.
fn build(root: &Path) -> Result<PathBuf> {
    cargo::build(root, &["watchables-e2e", "watchables-cli"], "e2e")
}
