//! The arguments of `man`.

use std::path::PathBuf;

use clap::Parser;

/// The arguments of `man`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Writes a page for this program and one for each of its commands:

    watchables man ~/.local/share/man/man1
    man watchables-watch")]
pub(crate) struct ManArgs {
    /// Directory to write into, such as ~/.local/share/man/man1; it is made if there is none
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
}
