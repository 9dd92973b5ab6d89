//! apt with private state: it reads one archive and installs nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::run::Log;
use crate::error::{Failure, Result};

/// Debian's archive keys, from `debian-archive-keyring`.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The configuration for the private folder, in addition to the machine's, such as its proxy.
const CONFIG: &str = r#"Dir::Etc::SourceList "@/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "@/lists";
Dir::State::Status "@/status";
Dir::Cache "@/cache";
APT::Sandbox::User "";
APT::Update::Post-Invoke-Success "";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "20";
"#;

pub(super) struct Apt<'a> {
    folder: PathBuf,
    log: &'a Log,
}

impl<'a> Apt<'a> {
    /// Downloads and verifies the archive's package lists.
    pub(super) fn new(scratch: &Path, mirror: &str, suite: &str, log: &'a Log) -> Result<Self> {
        if !Path::new(KEYRING).is_file() {
            return Err(Failure::new(format!(
                "{KEYRING} is missing: this does not seem to be Debian"
            ))
            .hint("apt-get install debian-archive-keyring"));
        }
        let apt = Self { folder: scratch.join("apt"), log };
        for folder in ["lists/partial", "cache/archives/partial", "packages"] {
            let folder = apt.folder.join(folder);
            fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
        }
        let signed = format!("[signed-by={KEYRING}] {mirror} {suite} main");
        let place = apt.folder.display().to_string();
        apt.write("sources.list", &format!("deb {signed}\ndeb-src {signed}\n"))?;
        // The machine's installed packages must not affect the selected versions.
        apt.write("status", "")?;
        apt.write("apt.conf", &CONFIG.replace('@', &place))?;
        log.run("reading Debian's package lists", apt.command("apt-get").arg("update"))?;
        Ok(apt)
    }

    /// Downloads packages and unpacks them into one folder.
    pub(super) fn unpack(&self, packages: &[&str]) -> Result<PathBuf> {
        let folder = self.folder.join("packages");
        let mut download = self.command("apt-get");
        self.log.run(
            "downloading Debian's Go, etcd and kubectl",
            download.current_dir(&folder).arg("download").args(packages),
        )?;
        let root = self.folder.join("root");
        for package in files(&folder, "deb")? {
            let mut unpack = Command::new("dpkg-deb");
            let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.log
                .run(&format!("unpacking {name}"), unpack.arg("-x").arg(&package).arg(&root))?;
        }
        Ok(root)
    }

    /// Downloads a source package, unpacks it and applies its patches.
    pub(super) fn source(&self, package: &str) -> Result<PathBuf> {
        let folder = self.folder.join("packages");
        let mut download = self.command("apt-get");
        self.log.run(
            &format!("downloading the source of {package}"),
            download.current_dir(&folder).args(["source", "--download-only", package]),
        )?;
        let description = files(&folder, "dsc")?
            .pop()
            .ok_or_else(|| Failure::new(format!("Debian's source of {package} has no .dsc")))?;
        let source = self.folder.join("source");
        let mut unpack = Command::new("dpkg-source");
        // apt has verified the download; dpkg-source would need the maintainer's key.
        unpack.args(["--no-check", "-x"]).arg(description).arg(&source);
        self.log.run(&format!("unpacking the source of {package}"), &mut unpack)?;
        Ok(source)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("APT_CONFIG", self.folder.join("apt.conf"))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .arg("--quiet")
            .arg("--yes");
        command
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|error| Failure::io("write", &path, &error))
    }
}

/// Returns the files with an extension, sorted.
pub(super) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let failure = |error| Failure::io("read", folder, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
