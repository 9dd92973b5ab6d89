//! `cargo xtask envtest`: gets a real etcd and kube-apiserver, starts them, stops them.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_survive_a_shell() {
        let text = exports(Path::new("/tmp/it's here"), None);
        assert_eq!(text, r"export KUBEBUILDER_ASSETS='/tmp/it'\''s here'");
    }
}
