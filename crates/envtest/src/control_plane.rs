//! A control plane: etcd and kube-apiserver, with certificates and a kubeconfig.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::apiserver::{Apiserver, Shared};
use crate::certificates::Certificates;
use crate::etcd::Etcd;
use crate::kubeconfig::{Auth, kubeconfig};
use crate::{Assets, Error, Result};

/// Options of [`ControlPlane::start`].
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Arguments of kube-apiserver that follow the default ones, such as `--etcd-compaction-interval=15s`.
    pub apiserver_arguments: Vec<String>,
}

/// A running control plane. Dropping it kills both servers and deletes their data.
#[derive(Debug)]
pub struct ControlPlane {
    assets: Assets,
    options: Options,
    token: String,
    certificates: Certificates,
    // Fields drop in order: the servers stop before the directory they write to is deleted.
    apiserver: Apiserver,
    etcd: Etcd,
    folder: TempDir,
}

impl ControlPlane {
    /// Starts both servers and waits until they are ready.
    ///
    /// # Errors
    ///
    /// Fails if a server does not start or does not become ready. The error shows the end of its log.
    pub fn start(assets: &Assets, options: &Options) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("watchables-envtest-")
            .tempdir()
            .map_err(Error::cannot("create a directory for the servers"))?;
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

    /// Returns the server binaries in use.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Returns the API server's address, such as `https://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        self.apiserver.url()
    }

    /// Returns the API server's port on 127.0.0.1. A restart keeps it.
    pub fn port(&self) -> u16 {
        self.apiserver.port()
    }

    /// Returns etcd's address for clients, such as `http://127.0.0.1:40124`.
    pub fn etcd_url(&self) -> String {
        self.etcd.url()
    }

    /// Returns the administrator's bearer token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns a kubeconfig that authenticates with the administrator's certificate.
    pub fn kubeconfig(&self) -> String {
        kubeconfig(&self.url(), &self.certificates, Auth::Certificate)
    }

    /// Returns a kubeconfig for another address of the same server, such as a proxy's:
    /// `https://127.0.0.1:…`.
    pub fn kubeconfig_at(&self, url: &str) -> String {
        kubeconfig(url, &self.certificates, Auth::Certificate)
    }

    /// Returns a kubeconfig that authenticates with the administrator's token.
    pub fn kubeconfig_with_token(&self) -> String {
        kubeconfig(&self.url(), &self.certificates, Auth::Token(&self.token))
    }

    /// Returns the path of the kubeconfig file.
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Kills the API server with SIGKILL, without a graceful shutdown.
    pub fn kill_apiserver(&mut self) {
        self.apiserver.kill();
    }

    /// Restarts the API server at the same address, with its data.
    ///
    /// # Errors
    ///
    /// Fails if the server does not become ready.
    pub fn restart_apiserver(&mut self) -> Result<()> {
        self.apiserver.restart()
    }

    /// Starts another API server on the same etcd. `arguments` follow those of the first server.
    ///
    /// # Errors
    ///
    /// Fails if the server does not become ready.
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

    /// Kills etcd with SIGKILL, without a graceful shutdown.
    pub fn kill_etcd(&mut self) {
        self.etcd.kill();
    }

    /// Restarts etcd at the same address, with its data.
    ///
    /// # Errors
    ///
    /// Fails if etcd does not become ready.
    pub fn restart_etcd(&mut self) -> Result<()> {
        self.etcd.restart()
    }

    /// Compacts etcd at its current revision. A watch that resumes from an older version gets a 410 as
    /// soon as the API server needs etcd's history for it.
    ///
    /// # Errors
    ///
    /// Fails if etcd rejects the request, as it does when it is already compacted at that revision.
    pub fn compact_etcd(&self) -> Result<()> {
        self.etcd.compact()
    }
}

fn write_secrets(folder: &Path, certificates: &Certificates, token: &str) -> Result<()> {
    let tokens = format!("{token},envtest-token,envtest-token,system:masters\n");
    for (name, text) in [
        ("ca.crt", &certificates.ca),
        ("server.crt", &certificates.server.certificate),
        ("server.key", &certificates.server.key),
        ("service-accounts.crt", &certificates.service_accounts.certificate),
        ("service-accounts.key", &certificates.service_accounts.key),
        ("tokens.csv", &tokens),
    ] {
        write(&folder.join(name), text)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(Error::cannot(format!("write {}", path.display())))
}
