//! `watchables plugin`: this program as a plugin of kubectl, which finds plugins in PATH by their names.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::args::PluginArgs;
use crate::say::say;

/// As kubectl names the plugin `watchables`.
const NAME: &str = "kubectl-watchables";

/// Links this program under the name of a plugin.
///
/// # Errors
///
/// If there is something else of this name, or it cannot be written.
pub(crate) fn run(args: &PluginArgs) -> anyhow::Result<()> {
    let program = env::current_exe().context("cannot find this program's own file")?;
    let directory = match &args.directory {
        Some(directory) => directory.clone(),
        None => program.parent().map(Path::to_owned).unwrap_or_default(),
    };
    let plugin = directory.join(format!("{NAME}{}", env::consts::EXE_SUFFIX));
    let shown = plugin.display();
    match link(&program, &plugin) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if plugin.canonicalize().ok() != program.canonicalize().ok() {
                bail!(
                    "{shown} exists, and is another program: remove it, or name another directory"
                );
            }
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write {shown}")),
    }
    say!("{shown} is a plugin of kubectl; try: kubectl watchables --help");
    if !is_in_path(&directory) {
        say!("kubectl finds it once {} is in PATH", directory.display());
    }
    Ok(())
}

#[cfg(unix)]
fn link(program: &Path, plugin: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(program, plugin)
}

/// Symbolic links need a privilege in Windows.
#[cfg(not(unix))]
fn link(program: &Path, plugin: &Path) -> io::Result<()> {
    std::fs::hard_link(program, plugin)
}

fn is_in_path(directory: &Path) -> bool {
    let directory = directory.canonicalize().ok();
    let path = env::var_os("PATH").unwrap_or_default();
    let mut listed = env::split_paths(&path).map(|path: PathBuf| path.canonicalize().ok());
    listed.any(|listed| listed.is_some() && listed == directory)
}
