//! The kubeconfig of a server of ours, written for kubectl.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use embedded_apiserver::EmbeddedServer;

use crate::output;
use crate::say::say;

/// Writes the kubeconfig to the file, or to standard output without one. Prints a command that uses
/// it on standard error: `kubectl` with this request, such as `get pods -A -w`.
pub(crate) fn write(
    server: &EmbeddedServer,
    path: Option<&Path>,
    request: &str,
) -> anyhow::Result<()> {
    let kubeconfig = server.kubeconfig();
    let url = server.url();
    if let Some(path) = path {
        let file = path.display();
        std::fs::write(path, kubeconfig).with_context(|| format!("cannot write {file}"))?;
        say!("serving at {url}; try: kubectl --kubeconfig {file} {request}");
        return Ok(());
    }
    if server.certificate_authority().is_some() {
        // kubectl trusts the server's certificate only with the kubeconfig.
        say!(
            "serving at {url}; save this kubeconfig as FILE, then try: \
             kubectl --kubeconfig FILE {request}"
        );
    } else {
        say!("serving at {url}; try: kubectl --server {url} {request}");
    }
    let mut out = std::io::stdout().lock();
    match out.write_all(kubeconfig.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if !output::is_broken_pipe(&error) => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}
