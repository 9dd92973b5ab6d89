//! kube-apiserver 1.20.2, built from Debian's source package with Debian's Go; etcd and kubectl from
//! Debian's binary packages.
//!
//! Nothing is installed system-wide and root is not needed: apt uses private folders, and packages are
//! unpacked next to the build. No service is started.

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

/// Debian's archive.
pub(super) const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";

/// The newest Debian whose `kubernetes` source package has the API server.
const SUITE: &str = "bookworm";

const VERSION: Version = Version { major: 1, minor: 20, patch: Some(2) };

/// The packages to unpack: the programs, and the tools that build them.
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

/// The required tools, and the Debian package of each.
const TOOLS: &[(&str, &str)] = &[
    ("apt-get", "apt"),
    ("dpkg-deb", "dpkg"),
    ("dpkg-source", "dpkg-dev"),
    ("patch", "patch"),
    ("make", "make"),
];

/// Builds and caches the programs.
pub(super) fn get(cache: &Path, mirror: &str, version: Option<Version>) -> Result<Assets> {
    if let Some(version) = version.filter(|version| !version.matches(VERSION)) {
        return Err(Failure::new(format!("Debian has kube-apiserver {VERSION}, not {version}"))
            .hint("use a published version, or set KUBEBUILDER_ASSETS"));
    }
    let place = cache::place(cache, VERSION, "debian");
    if place.is_dir() {
        return cache::assets_in(&place);
    }
    for (tool, package) in TOOLS {
        if !run::is_installed(tool) {
            return Err(Failure::new(format!("{tool} is missing")).hint(format!(
                "on Debian: apt-get install {package}; other systems cannot build it"
            )));
        }
    }
    eprintln!(
        "building kube-apiserver {VERSION} from Debian's source; this takes a few minutes, once"
    );
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
    scratch.move_to("assets", &place)?;
    cache::assets_in(&place)
}
