//! Exec plugins: programs of the kubeconfig that print credentials.

use std::collections::HashMap;
use std::io::{ErrorKind, IsTerminal as _};
use std::process::Stdio;

use kube_client::config::{ExecConfig, ExecInteractiveMode};
use tokio::process::Command;

use super::credential::{Credential, spec};
use super::error::AccessError;

/// Runs the plugin, and reads what it prints on standard output. Its standard error is ours, so that a prompt is
/// seen while the plugin waits for its user. Dropping the future ends the plugin.
///
/// # Errors
///
/// If the plugin cannot be run, fails, or prints no credential. Errors name it, and contain nothing that it
/// printed.
pub(super) async fn run(exec: &ExecConfig) -> Result<Credential, AccessError> {
    let name = exec.command.as_deref().unwrap_or_default();
    let failed = |why: &str| AccessError::new(format!("the exec plugin {name:?} {why}"));
    if name.is_empty() {
        return Err(AccessError::new("the exec plugin of the kubeconfig has no command"));
    }
    let is_terminal = std::io::stdin().is_terminal();
    let is_interactive = match exec.interactive_mode {
        Some(ExecInteractiveMode::Never) => false,
        Some(ExecInteractiveMode::Always) if !is_terminal => {
            return Err(failed("needs a terminal on standard input (interactiveMode: Always)"));
        }
        _ => is_terminal,
    };
    let info = spec(exec, is_interactive)
        .map_err(|error| AccessError::caused(format!("the exec plugin {name:?}"), error))?;
    let mut command = Command::new(name);
    command
        .args(exec.args.iter().flatten())
        .envs(exec.env.iter().flatten().filter_map(variable))
        .env("KUBERNETES_EXEC_INFO", info)
        .stdin(if is_interactive { Stdio::inherit() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    for name in exec.drop_env.iter().flatten() {
        command.env_remove(name);
    }
    // Not `output()`, which takes standard error, too.
    let child = command.spawn().map_err(|error| not_run(exec, name, error))?;
    let output = child.wait_with_output().await.map_err(|error| not_run(exec, name, error))?;
    if !output.status.success() {
        return Err(failed(&format!("failed with {}", output.status)));
    }
    Credential::parse(&output.stdout, exec).map_err(|why| failed(&why))
}

fn not_run(exec: &ExecConfig, name: &str, error: std::io::Error) -> AccessError {
    let hint = exec.install_hint.as_deref().map(printable).filter(|hint| !hint.is_empty());
    match (error.kind(), hint) {
        (ErrorKind::NotFound, Some(hint)) => AccessError::new(format!(
            "the exec plugin {name:?} is not installed; the kubeconfig's hint: {hint}"
        )),
        (ErrorKind::NotFound, None) => AccessError::new(format!(
            "the exec plugin {name:?} is not installed; install it, or correct the kubeconfig"
        )),
        _ => AccessError::caused(format!("the exec plugin {name:?} cannot be run"), error),
    }
}

/// As client-go, leaves out the control characters, with which a kubeconfig would reach the terminal.
fn printable(text: &str) -> String {
    text.trim().chars().filter(|char| !char.is_control() || char.is_ascii_whitespace()).collect()
}

fn variable(entry: &HashMap<String, String>) -> Option<(&str, &str)> {
    let name = entry.get("name")?.as_str();
    let value = entry.get("value")?.as_str();
    // The standard library panics on names that no environment can hold, and on NUL in Unix fails to spawn.
    let is_valid = !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0');
    is_valid.then_some((name, value))
}
