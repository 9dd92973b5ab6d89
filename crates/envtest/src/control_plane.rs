//! etcd and a kube-apiserver, with certificates and a kubeconfig.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::apiserver::{Apiserver, Shared};
use crate::certificates::Certificates;
use crate::etcd::Etcd;
use crate::kubeconfig::{As, kubeconfig};
use crate::{Assets, Error, Result};

/// How a control plane is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Arguments of kube-apiserver after our own, such as `--etcd-compaction-interval=15s`.
    pub apiserver_arguments: Vec<String>,
}

/// A running control plane. Dropping it kills both servers and removes their data.
#[derive(Debug)]
pub struct ControlPlane {
    assets: Assets,
    options: Options,
    token: String,
    certificates: Certificates,
    // The servers go before the folder that they write to.
    apiserver: Apiserver,
    etcd: Etcd,
    folder: TempDir,
}

impl ControlPlane {
    /// Starts both servers, and waits until they are ready.
    ///
    /// # Errors
    ///
    /// A program does not start or does not become ready; the error shows the end of its log.
    pub fn start(assets: &Assets, options: &Options) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("watchables-envtest-")
            .tempdir()
            .map_err(Error::cannot("make a folder for the servers"))?;
        let certificates = Certificates::new()?;
        let token: String = std::iter::repeat_with(fastrand::alphanumeric).take(32).collect();
        write_secrets(folder.path(), &certificates, &token)?;
        let etcd = Etcd::start(assets, folder.path())?;
        let shared = Shared {
            assets,
            folder: folder.path(),
            certificates: &certificates,
            etcd: &etcd.url(),
            extra: &options.apiserver_arguments,
        };
        let apiserver = Apiserver::start(&shared, "kube-apiserver")?;
        let plane = Self {
            assets: assets.clone(),
            options: options.clone(),
            token,
            certificates,
            apiserver,
            etcd,
            folder,
        };
        write(&plane.kubeconfig_path(), &plane.kubeconfig())?;
        Ok(plane)
    }

    /// The programs that it runs.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// The API server's address, such as `https://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        self.apiserver.url()
    }

    /// The API server's port on 127.0.0.1, the same after a restart.
    pub fn port(&self) -> u16 {
        self.apiserver.port()
    }

    /// The administrator's bearer token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A kubeconfig with the administrator's certificate.
    pub fn kubeconfig(&self) -> String {
        kubeconfig(&self.url(), &self.certificates, As::Certificate)
    }

    /// A kubeconfig for another address of the same server, a proxy's for instance: `https://127.0.0.1:…`.
    pub fn kubeconfig_at(&self, url: &str) -> String {
        kubeconfig(url, &self.certificates, As::Certificate)
    }

    /// A kubeconfig with the administrator's token.
    pub fn kubeconfig_with_token(&self) -> String {
        kubeconfig(&self.url(), &self.certificates, As::Token(&self.token))
    }

    /// Where the kubeconfig lies.
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Kills the API server, as the power going out would.
    pub fn kill_apiserver(&mut self) {
        self.apiserver.kill();
    }

    /// Starts the API server again at the same address, with the data that there are.
    ///
    /// # Errors
    ///
    /// It does not become ready.
    pub fn restart_apiserver(&mut self) -> Result<()> {
        self.apiserver.restart()
    }

    /// Starts another API server on the same etcd, with arguments after those that the first has.
    ///
    /// # Errors
    ///
    /// It does not become ready.
    pub fn second_apiserver(&self, name: &str, arguments: &[String]) -> Result<Apiserver> {
        let extra = [self.options.apiserver_arguments.as_slice(), arguments].concat();
        let shared = Shared {
            assets: &self.assets,
            folder: self.folder.path(),
            certificates: &self.certificates,
            etcd: &self.etcd.url(),
            extra: &extra,
        };
        Apiserver::start(&shared, name)
    }

    /// Kills etcd, as the power going out would.
    pub fn kill_etcd(&mut self) {
        self.etcd.kill();
    }

    /// Starts etcd again at the same address, with its data.
    ///
    /// # Errors
    ///
    /// It does not become ready.
    pub fn restart_etcd(&mut self) -> Result<()> {
        self.etcd.restart()
    }

    /// Lets etcd forget all history before now: whoever goes on from an older version learns that it
    /// is gone, as soon as the API server needs etcd for it.
    ///
    /// # Errors
    ///
    /// etcd refuses, as it does when it is compacted already.
    pub fn compact_etcd(&self) -> Result<()> {
        self.etcd.compact()
    }
}

fn write_secrets(folder: &Path, certificates: &Certificates, token: &str) -> Result<()> {
    let tokens = format!("{token},envtest-token,envtest-token,system:masters\n");
    for (name, text) in [
        ("authority.crt", &certificates.authority),
        ("server.crt", &certificates.server.certificate),
        ("server.key", &certificates.server.key),
        ("service-accounts.crt", &certificates.tokens.certificate),
        ("service-accounts.key", &certificates.tokens.key),
        ("tokens.csv", &tokens),
    ] {
        write(&folder.join(name), text)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(Error::cannot(format!("write {}", path.display())))
}
