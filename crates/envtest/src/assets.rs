//! The server binaries, in a directory with the layout of Kubernetes' envtest.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The environment variable that names the binaries' directory, as in Kubernetes' envtest.
pub const ASSETS_VARIABLE: &str = "KUBEBUILDER_ASSETS";

/// A directory with `etcd`, `kube-apiserver` and, optionally, `kubectl`.
#[derive(Clone, Debug)]
pub struct Assets {
    folder: PathBuf,
}

impl Assets {
    /// Uses the binaries in `folder`.
    ///
    /// # Errors
    ///
    /// Fails if `etcd` or `kube-apiserver` is missing there.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        for program in ["etcd", "kube-apiserver"] {
            if !folder.join(program).is_file() {
                return Err(Error::new(format!("{} has no {program}", folder.display())));
            }
        }
        Ok(Self { folder })
    }

    /// Uses the binaries in the directory that `KUBEBUILDER_ASSETS` names.
    ///
    /// # Errors
    ///
    /// Fails if the variable is not set, or if a binary is missing there.
    pub fn from_env() -> Result<Self> {
        match std::env::var_os(ASSETS_VARIABLE).filter(|folder| !folder.is_empty()) {
            Some(folder) => Self::in_folder(folder)
                .map_err(|error| Error::new(format!("{ASSETS_VARIABLE}: {error}"))),
            None => Err(Error::new(format!(
                "{ASSETS_VARIABLE} is not set: `cargo xtask envtest install` installs the binaries, and \
                 `cargo xtask envtest env` prints where they are"
            ))),
        }
    }

    /// Returns the directory.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the path of a binary in the directory, whether or not it exists.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Returns the path of kubectl, if the directory has it.
    pub fn kubectl(&self) -> Option<PathBuf> {
        Some(self.program("kubectl")).filter(|path| path.is_file())
    }
}
