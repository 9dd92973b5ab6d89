//! A kube-apiserver process. A control plane has one, and can start more on the same etcd.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::certificates::Certificates;
use crate::process::Process;
use crate::{Assets, Error, Result, http, ports};

/// Generous: a busy machine starts slowly.
const READY_TIMEOUT: Duration = Duration::from_mins(2);

/// A running kube-apiserver. Dropping it kills the process.
#[derive(Debug)]
pub struct Apiserver {
    program: PathBuf,
    arguments: Vec<String>,
    log: PathBuf,
    ca: String,
    port: u16,
    process: Option<Process>,
}

/// What the API servers of one control plane share.
pub(crate) struct Shared<'a> {
    pub(crate) assets: &'a Assets,
    pub(crate) folder: &'a Path,
    pub(crate) certificates: &'a Certificates,
    pub(crate) etcd: &'a str,
    pub(crate) extra: &'a [String],
}

impl Apiserver {
    pub(crate) fn start(shared: &Shared<'_>, name: &str) -> Result<Self> {
        let port = ports::free()?;
        let mut server = Self {
            program: shared.assets.program("kube-apiserver"),
            arguments: arguments(shared, name, port),
            log: shared.folder.join(format!("{name}.log")),
            ca: shared.certificates.ca.clone(),
            port,
            process: None,
        };
        server.restart()?;
        Ok(server)
    }

    /// Returns the server's address, such as `https://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Returns the server's port on 127.0.0.1. A restart keeps it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server with SIGKILL, without a graceful shutdown.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Restarts the server at the same address and waits until it is ready.
    ///
    /// # Errors
    ///
    /// Fails if the server does not become ready. The error shows the end of its log.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        let mut process = Process::start(&self.program, &self.arguments, &self.log)?;
        let client = http::client(Some(&self.ca))?;
        let url = format!("{}/readyz", self.url());
        process.wait_until_ready(READY_TIMEOUT, || {
            let response = client.get(&url).send().map_err(Error::cannot("connect"))?;
            if response.status().is_success() {
                return Ok(());
            }
            Err(Error::new(format!("{url} returned {}", response.status())))
        })?;
        self.process = Some(process);
        Ok(())
    }
}

fn arguments(shared: &Shared<'_>, name: &str, port: u16) -> Vec<String> {
    let folder = shared.folder.display();
    let mut arguments = vec![
        format!("--etcd-servers={}", shared.etcd),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--cert-dir={folder}/{name}"),
        format!("--tls-cert-file={folder}/server.crt"),
        format!("--tls-private-key-file={folder}/server.key"),
        format!("--client-ca-file={folder}/ca.crt"),
        format!("--token-auth-file={folder}/tokens.csv"),
        "--authorization-mode=RBAC".to_owned(),
        format!("--service-account-key-file={folder}/service-accounts.crt"),
        format!("--service-account-signing-key-file={folder}/service-accounts.key"),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        // No controller creates the default service account that this plugin requires of pods.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
    ];
    arguments.extend_from_slice(shared.extra);
    arguments
}
