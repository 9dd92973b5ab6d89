//! The cache of programs, outside of any checkout.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use envtest::Assets;

use super::version::Version;
use crate::error::{Failure, Result};

/// Creates and returns the folder `watchables-envtest` in the user's cache folder.
pub(super) fn folder() -> Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    let folder = caches
        .ok_or_else(|| Failure::new("neither XDG_CACHE_HOME nor HOME is set"))?
        .join("watchables-envtest");
    fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
    Ok(folder)
}

/// Returns the folder of a version's programs; `source` is `published` or `debian`.
pub(super) fn place(cache: &Path, version: Version, source: &str) -> PathBuf {
    cache.join(format!("v{version}-{source}-{}-{}", env::consts::OS, architecture()))
}

/// Returns the cached versions, the newest first.
pub(super) fn entries(cache: &Path) -> Result<Vec<(Version, PathBuf)>> {
    let failure = |error| Failure::io("read", cache, &error);
    let machine = format!("{}-{}", env::consts::OS, architecture());
    let mut found = Vec::new();
    for entry in fs::read_dir(cache).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let version = name.split_once('-').filter(|_| name.ends_with(&machine));
        if let Some(Ok(version)) = version.map(|(version, _)| version.parse::<Version>()) {
            found.push((version, path));
        }
    }
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    Ok(found)
}

/// Opens a folder of the cache.
pub(super) fn assets_in(folder: &Path) -> Result<Assets> {
    Assets::in_folder(folder).map_err(|error| {
        Failure::new(error.to_string())
            .hint("remove the folder and run `cargo xtask envtest install`")
    })
}

/// Returns Go's name of the machine's architecture.
pub(super) fn architecture() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

/// Locks the cache while something is added: two runs do not do the same work.
pub(super) fn lock(cache: &Path) -> Result<File> {
    let path = cache.join("lock");
    let file = File::create(&path).map_err(|error| Failure::io("write", &path, &error))?;
    file.lock().map_err(|error| Failure::io("lock", &path, &error))?;
    Ok(file)
}

/// Creates an empty folder for preparing a cache entry; it is removed on drop.
pub(super) fn scratch(cache: &Path) -> Result<Scratch> {
    let path = cache.join(format!("partial-{}", std::process::id()));
    let scratch = Scratch(path);
    scratch.remove();
    fs::create_dir(&scratch.0).map_err(|error| Failure::io("make", &scratch.0, &error))?;
    Ok(scratch)
}

pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Moves a subfolder to its place, atomically.
    pub(super) fn move_to(&self, name: &str, place: &Path) -> Result<()> {
        fs::rename(self.0.join(name), place).map_err(|error| Failure::io("make", place, &error))
    }

    fn remove(&self) {
        // Best effort: usually it does not exist.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.remove();
    }
}
