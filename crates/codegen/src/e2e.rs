//! `cargo xtask e2e`: the end-to-end suite on a real kube-apiserver.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use ::envtest::ASSETS_VARIABLE;
use clap::Args;

use crate::cargo;
use crate::envtest;
use crate::error::{Failure, Result};

/// On which server, and what of it.
#[derive(Args)]
pub(crate) struct EndToEnd {
    /// Run on the server of this kubeconfig, in namespaces that are removed afterwards, and leave out
    /// what needs a server of our own; by default on the one that `envtest install` gets
    #[arg(long, value_name = "PATH")]
    kubeconfig: Option<PathBuf>,
    /// Only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// The seed of what the faults choose at random; by default another one each time
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    wanted: envtest::Wanted,
}

/// Runs the suite; fails where a test fails, and where there is no server.
pub(crate) fn e2e(root: &Path, args: &EndToEnd) -> Result<ExitCode> {
    let mut command = Command::new(cargo::program());
    command.current_dir(root).args(["run", "--quiet", "--package", "watchables-e2e", "--"]);
    if let Some(path) = &args.kubeconfig {
        let path = path.canonicalize().map_err(|error| Failure::io("find", path, &error))?;
        command.arg("--kubeconfig").arg(path);
    } else {
        let assets = envtest::find(root, &args.wanted).map_err(|failure| {
            failure.within("END TO END DID NOT RUN, there is no real API server")
        })?;
        command.env(ASSETS_VARIABLE, assets.folder());
    }
    if let Some(filter) = &args.filter {
        command.arg("--filter").arg(filter);
    }
    if let Some(seed) = args.seed {
        command.arg(format!("--seed={seed}"));
    }
    let status =
        command.status().map_err(|error| Failure::new(format!("cannot run cargo: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
