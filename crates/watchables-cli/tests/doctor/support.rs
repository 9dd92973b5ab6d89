//! Runs `doctor`, and looks at its report.

use std::process::{Command, Output, Stdio};

use embedded_apiserver::{Builder, EmbeddedServer};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn server() -> Builder {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    EmbeddedServer::builder(catalog).release(release_catalogs::NEWEST)
}

/// Returns a home directory with a kubeconfig, if it has any text.
pub(crate) fn home(kubeconfig: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    if !kubeconfig.is_empty() {
        std::fs::create_dir(home.path().join(".kube")).unwrap();
        std::fs::write(home.path().join(".kube/config"), kubeconfig).unwrap();
    }
    home
}

/// Returns the text of a kubeconfig for a server URL.
pub(crate) fn write_kubeconfig(url: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n\
         users: [{{name: u, user: {{token: t}}}}]\n\
         clusters: [{{name: c, cluster: {{server: \"{url}\"}}}}]\n"
    )
}

pub(crate) fn run(home: &TempDir, arguments: &[&str]) -> Output {
    command(home, arguments).output().unwrap()
}

/// Runs it with variables of the environment. Returns its report.
pub(crate) fn run_with(home: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    let output = command(home, arguments).envs(variables.iter().copied()).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn command(home: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchables"));
    command
        .args(arguments)
        .env("HOME", home.path())
        .env_remove("KUBECONFIG")
        .env_remove("KUBERNETES_SERVICE_HOST")
        .envs(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].map(|name| (name, "")))
        .stdin(Stdio::null());
    command
}

/// Runs `doctor --json`. Returns its report, too.
pub(crate) fn doctor(home: &TempDir, arguments: &[&str]) -> (Output, Value) {
    let output = run(home, &[&["doctor", "--json"], arguments].concat());
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output, report)
}

/// Returns the last check of this name.
pub(crate) fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut checks = report["checks"].as_array().unwrap().iter().rev();
    checks.find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name}: {report}"))
}

pub(crate) fn text<'a>(report: &'a Value, name: &str) -> &'a str {
    check(report, name)["what"].as_str().unwrap()
}

pub(crate) fn mend<'a>(report: &'a Value, name: &str) -> &'a str {
    check(report, name)["mend"].as_str().unwrap()
}

pub(crate) fn status<'a>(report: &'a Value, name: &str) -> &'a str {
    check(report, name)["status"].as_str().unwrap()
}

/// Asserts that the last check is this one and has failed, and that so has the command.
pub(crate) fn assert_failed(output: &Output, report: &Value, name: &str, says: &str) {
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert_eq!(report["ok"], false);
    let last = report["checks"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["name"], &last["status"]), (&name.into(), &"failed".into()), "{report}");
    assert!(last["what"].as_str().unwrap().contains(says), "{report}");
}
