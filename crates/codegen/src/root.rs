//! Where the repository is.

use std::path::{Path, PathBuf};

use crate::error::{Failure, Result};

/// The given root, or the nearest folder upwards from `start` that holds `spec/` and `crates/`.
///
/// # Errors
///
/// When the given root, or every folder upwards, lacks `spec/` or `crates/`.
pub fn find(given: Option<PathBuf>, start: &Path) -> Result<PathBuf> {
    let is_root = |folder: &Path| folder.join("spec").is_dir() && folder.join("crates").is_dir();
    match given {
        Some(root) if is_root(&root) => Ok(root),
        Some(root) => Err(no_root(&format!("{} is not the repository's root", root.display()))),
        None => {
            start.ancestors().find(|folder| is_root(folder)).map(Path::to_owned).ok_or_else(|| {
                no_root(&format!("{} is not inside the repository", start.display()))
            })
        }
    }
}

fn no_root(what: &str) -> Failure {
    Failure::new(format!("{what}: it holds no spec/ and crates/"))
        .mend("run from within a checkout, or name one with --root")
}
