//! kubectl finds its plugin `watchables` on the path.

use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::program::Kubectl;
use super::serve::{Serve, program};
use crate::report::{NotPassed, Outcome, failed};

const TIMEOUT: Duration = Duration::from_mins(1);

pub(super) async fn run(kubectl: &Kubectl, server: &Serve) -> Outcome {
    let folder = server.folder().join("plugins");
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let linked = Command::new(program()?).arg("plugin").arg(&folder).output().await;
    let linked = linked.map_err(failed)?;
    if !linked.status.success() {
        return Err(format!("plugin: {}", String::from_utf8_lossy(&linked.stderr)).into());
    }
    let mut path = folder.clone().into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    for (arguments, expected) in [
        (&["plugin", "list"][..], "/plugins/kubectl-watchables\n"),
        (&["watchables", "ns", "--count=1", "-o", "name"], "namespace/"),
        (&["watchables", "watch", "node", "node-1", "--count=1"], "ADDED, -, node-1\n"),
        (&["watchables", "--help"], "Usage: kubectl watchables <COMMAND>"),
    ] {
        let text = output(kubectl, server, &path, arguments).await?;
        if !text.contains(expected) {
            return Err(format!("kubectl {arguments:?}: no {expected:?} in {text}").into());
        }
    }
    Ok(String::new())
}

/// Returns what kubectl prints with this path.
async fn output(
    kubectl: &Kubectl,
    server: &Serve,
    path: &OsString,
    arguments: &[&str],
) -> Result<String, NotPassed> {
    let mut command = Command::new(kubectl.program());
    command
        .args(arguments)
        .env("KUBECONFIG", server.kubeconfig())
        .env("HOME", server.folder())
        .env("PATH", path)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(TIMEOUT, command.output()).await;
    let output = output.map_err(|_| format!("kubectl {arguments:?} timed out"))?.map_err(failed)?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("kubectl {arguments:?}: {stderr}").into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
