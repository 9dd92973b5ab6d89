//! One kube-apiserver. A control plane has one; a second one may stand beside it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::certificates::Certificates;
use crate::process::Process;
use crate::{Assets, Error, Result, http, ports};

/// A busy machine takes its time.
const PATIENCE: Duration = Duration::from_mins(2);

/// A kube-apiserver. Dropping it kills it.
#[derive(Debug)]
pub struct Apiserver {
    program: PathBuf,
    arguments: Vec<String>,
    log: PathBuf,
    authority: String,
    port: u16,
    process: Option<Process>,
}

/// What servers of one control plane share.
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
            authority: shared.certificates.authority.clone(),
            port,
            process: None,
        };
        server.restart()?;
        Ok(server)
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Its port on 127.0.0.1, the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it, as the power going out would.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it again at the same address, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// It does not become ready; the error shows the end of its log.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        let mut process = Process::start(&self.program, &self.arguments, &self.log)?;
        let client = http::client(Some(&self.authority))?;
        let url = format!("{}/readyz", self.url());
        process.wait_until(PATIENCE, || {
            let answer = client.get(&url).send().map_err(Error::cannot("reach it"))?;
            if answer.status().is_success() {
                return Ok(());
            }
            Err(Error::new(format!("{url} answers {}", answer.status())))
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
        format!("--client-ca-file={folder}/authority.crt"),
        format!("--token-auth-file={folder}/tokens.csv"),
        "--authorization-mode=RBAC".to_owned(),
        format!("--service-account-key-file={folder}/service-accounts.crt"),
        format!("--service-account-signing-key-file={folder}/service-accounts.key"),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        // Nobody makes the account that pods would have to have.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
    ];
    arguments.extend_from_slice(shared.extra);
    arguments
}
