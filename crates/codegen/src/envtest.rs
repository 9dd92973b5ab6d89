//! `cargo xtask envtest`: installs, starts and stops a real etcd and kube-apiserver.

mod archive;
mod cache;
mod debian;
mod find;
mod published;
mod supervisor;
mod version;
mod wanted;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;
use envtest::{ASSETS_VARIABLE, Assets};

use crate::error::{Failure, Result};

pub(crate) use find::find;
pub(crate) use wanted::Wanted;

/// The subcommands.
#[derive(Subcommand)]
pub(crate) enum Envtest {
    /// Install the programs, unless `KUBEBUILDER_ASSETS` names them or they are cached
    Install(Wanted),
    /// Start both servers in the background on free ports of 127.0.0.1
    Up(Wanted),
    /// Stop the servers that `up` started, and remove their data
    Down,
    /// Print shell variables for using them: `eval "$(cargo xtask envtest env)"`
    Env,
    #[command(hide = true)]
    Supervise { assets: std::path::PathBuf },
}

/// Runs a subcommand.
pub(crate) fn envtest(root: &Path, command: Envtest) -> Result<ExitCode> {
    match command {
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

/// Returns the installed programs of any version.
pub(crate) fn installed() -> Result<Option<Assets>> {
    find::installed(None)
}

fn env() -> Result<String> {
    if let Some(up) = supervisor::running()? {
        return Ok(exports(&up.assets, Some(&up.kubeconfig)));
    }
    match installed()? {
        Some(assets) => Ok(exports(assets.folder(), None)),
        None => Err(Failure::new("etcd and kube-apiserver are not installed")
            .hint("install them with `cargo xtask envtest install`")),
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

/// Quotes a path for a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_quoted_for_the_shell() {
        let text = exports(Path::new("/tmp/it's here"), None);
        assert_eq!(text, r"export KUBEBUILDER_ASSETS='/tmp/it'\''s here'");
    }
}
