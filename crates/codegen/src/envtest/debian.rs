//! kube-apiserver 1.20.2, built from Debian's own source package with Debian's Go; etcd and kubectl
//! from Debian's binary packages.
//!
//! Nothing is installed and no root is needed: apt works on folders of its own, and packages are
//! unpacked beside the build. So no service is started, and the machine stays as it was.

mod apt;
mod build;
mod run;

use std::fs;
use std::path::Path;

use envtest::Assets;

use self::apt::Apt;
use self::run::Log;
use super::cache;
use super::version::Version;
use crate::error::{Failure, Result};

/// Debian's own archive.
pub(super) const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";

/// The newest Debian whose `kubernetes` source package has the API server.
const SUITE: &str = "bookworm";

const VERSION: Version = Version { major: 1, minor: 20, patch: Some(2) };

/// What is unpacked: what is to be run, and what builds it.
const PACKAGES: &[&str] = &[
    "etcd-server",
    "kubernetes-client",
    "golang-1.19-go",
    "golang-1.19-src",
    // The source has 1.0.1, which crashes the server on some maps when compiled with Go 1.18 or newer.
    "golang-github-modern-go-reflect2-dev",
    "rsync",
    "libpopt0",
    "libxxhash0",
];

/// What must be there to begin with, and the package of Debian that has it.
const TOOLS: &[(&str, &str)] = &[
    ("apt-get", "apt"),
    ("dpkg-deb", "dpkg"),
    ("dpkg-source", "dpkg-dev"),
    ("patch", "patch"),
    ("make", "make"),
];

/// Builds and keeps the programs.
pub(super) fn get(cache: &Path, mirror: &str, version: Option<Version>) -> Result<Assets> {
    if let Some(version) = version.filter(|version| !version.takes(VERSION)) {
        return Err(Failure::new(format!("Debian has kube-apiserver {VERSION}, not {version}"))
            .mend("other versions must be published, or named by KUBEBUILDER_ASSETS"));
    }
    let place = cache::place(cache, VERSION, "debian");
    if place.is_dir() {
        return cache::assets_in(&place);
    }
    for (tool, package) in TOOLS {
        if !run::is_there(tool) {
            return Err(Failure::new(format!("{tool} is missing")).mend(format!(
                "on Debian: apt-get install {package}; elsewhere it cannot be built"
            )));
        }
    }
    eprintln!("building kube-apiserver {VERSION} from Debian's source: a few minutes, once");
    let scratch = cache::scratch(cache)?;
    let log = Log::new(cache.join("debian-build.log"))?;
    let apt = Apt::new(scratch.path(), mirror, SUITE, &log)?;
    let root = apt.unpack(PACKAGES)?;
    let source = apt.source("kubernetes")?;
    let server = build::kube_apiserver(&source, &root, &log)?;
    let folder = scratch.path().join("assets");
    fs::create_dir(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
    let programs = [
        ("kube-apiserver", server),
        ("etcd", root.join("usr/bin/etcd")),
        ("kubectl", root.join("usr/bin/kubectl")),
    ];
    for (name, from) in programs {
        fs::copy(&from, folder.join(name)).map_err(|error| Failure::io("copy", &from, &error))?;
    }
    scratch.keep("assets", &place)?;
    cache::assets_in(&place)
}
