//! Compiles kube-apiserver in the same way as `debian/rules` compiles Kubernetes.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::cache;
use super::apt::files;
use super::run::Log;
use crate::error::{Failure, Result};

const GO: &str = "usr/lib/go-1.19";
const REFLECT: &str = "src/github.com/modern-go/reflect2";

/// Compiles it and returns the path of the program.
pub(super) fn kube_apiserver(source: &Path, root: &Path, log: &Log) -> Result<PathBuf> {
    replace_reflect(
        &source.join("vendor/github.com/modern-go/reflect2"),
        &root.join("usr/share/gocode").join(REFLECT),
    )?;
    let workspace = source.join(".go/src/k8s.io");
    fs::create_dir_all(&workspace).map_err(|error| Failure::io("make", &workspace, &error))?;
    let link = workspace.join("kubernetes");
    symlink("../../..", &link).map_err(|error| Failure::io("make", &link, &error))?;
    let mut make = Command::new("nice");
    make.current_dir(source)
        .args(["make", "WHAT=cmd/kube-apiserver"])
        // Without the cloud providers, compilation takes half the time.
        .arg("GOFLAGS=-tags=providerless")
        .env("HOME", source)
        .env("PATH", path(root)?)
        .env("LD_LIBRARY_PATH", libraries(root)?)
        .env("GOROOT", root.join(GO))
        .env("GOPATH", source.join(".go"))
        .env("GOCACHE", source.join(".go/cache"))
        .env("CGO_ENABLED", "0");
    for variable in ["GOFLAGS", "GO111MODULE", "GOOS", "GOARCH", "GOBIN", "MAKEFLAGS"] {
        make.env_remove(variable);
    }
    log.run("compiling kube-apiserver", &mut make)?;
    Ok(source.join("_output/local/bin/linux").join(cache::architecture()).join("kube-apiserver"))
}

/// Replaces a vendored library with a newer version.
fn replace_reflect(vendored: &Path, newer: &Path) -> Result<()> {
    for ending in ["go", "s"] {
        for file in files(vendored, ending)? {
            fs::remove_file(&file).map_err(|error| Failure::io("remove", &file, &error))?;
        }
        for file in files(newer, ending)? {
            let to = vendored.join(file.file_name().unwrap_or_default());
            fs::copy(&file, to).map_err(|error| Failure::io("copy", &file, &error))?;
        }
    }
    Ok(())
}

/// Returns a PATH with Debian's Go first, then the machine's programs, then the unpacked ones.
fn path(root: &Path) -> Result<OsString> {
    let machine = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(root.join(GO).join("bin"))
        .chain(env::split_paths(&machine))
        .chain([root.join("usr/bin")]);
    env::join_paths(folders).map_err(|error| Failure::new(format!("invalid PATH: {error}")))
}

/// Returns the library path for the unpacked rsync.
fn libraries(root: &Path) -> Result<OsString> {
    let folder = root.join("usr/lib");
    let failure = |error| Failure::io("read", &folder, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if path.to_string_lossy().ends_with("-linux-gnu") {
            found.push(path);
        }
    }
    env::join_paths(found).map_err(|error| Failure::new(format!("invalid folder name: {error}")))
}
