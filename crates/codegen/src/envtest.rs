//! `cargo xtask envtest`: gets a real etcd and kube-apiserver, starts them, stops them.

mod archive;
mod cache;
mod debian;
mod find;
mod published;
mod supervisor;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use envtest::{ASSETS_VARIABLE, Assets};

use crate::error::{Failure, Result};

pub(crate) use find::find;

/// What is to be done.
#[derive(Subcommand)]
pub(crate) enum Envtest {
    /// Get the programs, unless `KUBEBUILDER_ASSETS` names them or an earlier run has got them
    Install(Wanted),
    /// Start both servers on free ports of 127.0.0.1, and leave them running
    Up(Wanted),
    /// Stop what `up` started, and remove its data
    Down,
    /// Print what a shell must evaluate to use them: `eval "$(cargo xtask envtest env)"`
    Env,
    #[command(hide = true)]
    Supervise { assets: std::path::PathBuf },
}

/// Which programs, and from where.
#[derive(Args, Clone, Default)]
pub(crate) struct Wanted {
    /// The Kubernetes version, such as 1.36 or 1.36.1; by default what there is already, else the
    /// newest published one of which this repository has the models
    #[arg(long)]
    version: Option<Version>,
    /// Where to get it from
    #[arg(long, value_enum, default_value_t)]
    source: Source,
    /// Where envtest-releases.yaml lies: http://, https:// or file://
    #[arg(long, value_name = "URL", default_value = published::DEFAULT_BASE)]
    base_url: String,
    /// The Debian archive from which kube-apiserver 1.20.2 is built where none can be downloaded
    #[arg(long, value_name = "URL", default_value = debian::DEFAULT_MIRROR)]
    debian_mirror: String,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Source {
    /// The published archive, else Debian's packages
    #[default]
    Any,
    /// The archives that Kubernetes publishes for envtest
    Published,
    /// Debian's packages; takes some minutes and 1.5 GB of disk
    Debian,
}

/// `1.36` or `1.36.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
    patch: Option<u32>,
}

/// Does it.
pub(crate) fn envtest(root: &Path, what: Envtest) -> Result<ExitCode> {
    match what {
        Envtest::Install(wanted) => {
            let assets = find(root, &wanted)?;
            println!("{}", assets.folder().display());
        }
        Envtest::Up(wanted) => {
            let up = supervisor::up(&find(root, &wanted)?)?;
            println!("{}", exports(&up.assets, Some(&up.kubeconfig)));
        }
        Envtest::Down => supervisor::down()?,
        Envtest::Env => println!("{}", env()?),
        Envtest::Supervise { assets } => supervisor::supervise(&assets)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The programs for which nothing needs to be done, of any version.
pub(crate) fn at_hand() -> Result<Option<Assets>> {
    find::at_hand(None)
}

fn env() -> Result<String> {
    if let Some(up) = supervisor::running()? {
        return Ok(exports(&up.assets, Some(&up.kubeconfig)));
    }
    match at_hand()? {
        Some(assets) => Ok(exports(assets.folder(), None)),
        None => Err(Failure::new("there is no etcd and kube-apiserver yet")
            .mend("`cargo xtask envtest install` gets them")),
    }
}

fn exports(assets: &Path, kubeconfig: Option<&Path>) -> String {
    let mut text = format!("export {ASSETS_VARIABLE}={}", quoted(assets));
    if let Some(kubeconfig) = kubeconfig {
        // Writing to a String cannot fail.
        let _ = write!(text, "\nexport KUBECONFIG={}", quoted(kubeconfig));
    }
    text
}

/// For a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn assets_in(folder: &Path) -> Result<Assets> {
    Assets::in_folder(folder).map_err(|error| {
        Failure::new(error.to_string()).mend("remove the folder, and `cargo xtask envtest install`")
    })
}

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("{text:?} is no version; write it as 1.36 or 1.36.1");
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse::<u32>);
        let mut next = || parts.next().transpose().map_err(|_| wrong());
        let (major, minor, patch) = (next()?, next()?, next()?);
        match (major, minor, next()?) {
            (Some(major), Some(minor), None) => Ok(Self { major, minor, patch }),
            _ => Err(wrong()),
        }
    }
}

impl Version {
    /// Whether a full version is this one: without a patch, any will do.
    fn takes(self, other: Self) -> bool {
        (self.major, self.minor) == (other.major, other.minor)
            && (self.patch.is_none() || self.patch == other.patch)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert_eq!(version("v1.36.1").to_string(), "1.36.1");
        assert!(version("1.36").takes(version("1.36.4")));
        assert!(!version("1.36.1").takes(version("1.36.4")));
        assert!(version("1.9.12") < version("1.36.0"));
        for wrong in ["1", "1.x", "", "1.2.3.4", "1.36.0-rc.1"] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn exports_survive_a_shell() {
        let text = exports(Path::new("/tmp/it's here"), None);
        assert_eq!(text, r"export KUBEBUILDER_ASSETS='/tmp/it'\''s here'");
    }
}
