//! The programs, in a folder laid out as Kubernetes' envtest lays it out.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The variable by which Kubernetes' envtest is told where the programs are.
pub const ASSETS_VARIABLE: &str = "KUBEBUILDER_ASSETS";

/// A folder with `etcd`, `kube-apiserver` and, where it is needed, `kubectl`.
#[derive(Clone, Debug)]
pub struct Assets {
    folder: PathBuf,
}

impl Assets {
    /// Those of a folder.
    ///
    /// # Errors
    ///
    /// `etcd` or `kube-apiserver` is missing there.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        for program in ["etcd", "kube-apiserver"] {
            if !folder.join(program).is_file() {
                return Err(Error::new(format!("{} holds no {program}", folder.display())));
            }
        }
        Ok(Self { folder })
    }

    /// Those that `KUBEBUILDER_ASSETS` names.
    ///
    /// # Errors
    ///
    /// It is not set, or a program is missing there.
    pub fn from_env() -> Result<Self> {
        match std::env::var_os(ASSETS_VARIABLE).filter(|folder| !folder.is_empty()) {
            Some(folder) => Self::in_folder(folder)
                .map_err(|error| Error::new(format!("{ASSETS_VARIABLE}: {error}"))),
            None => Err(Error::new(format!(
                "{ASSETS_VARIABLE} is not set: `cargo xtask envtest install` gets the programs, and \
                 `cargo xtask envtest env` tells where they are"
            ))),
        }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of one.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// kubectl, where the folder has it.
    pub fn kubectl(&self) -> Option<PathBuf> {
        Some(self.program("kubectl")).filter(|path| path.is_file())
    }
}
