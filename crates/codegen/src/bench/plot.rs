//! `cargo xtask bench plot`: draws what the benches printed with `--json`, ours beside the peer's, for README.

mod draw;
mod rows;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::Result;
use crate::files;
use draw::{DARK, LIGHT, Theme};

/// Which figures.
#[derive(Args)]
pub(super) struct Options {
    /// What the benches printed with --json, relative to the repository's root
    #[arg(long, default_value = "docs/pictures/figures.json")]
    figures: PathBuf,
}

/// Draws the figures for a light and for a dark page, beside the file that they come from.
pub(super) fn plot(root: &Path, options: &Options) -> Result<String> {
    let mut written = String::new();
    for (picture, svg) in pictures(root, &options.figures)? {
        files::write(&root.join(&picture), &svg)?;
        let _ = writeln!(written, "wrote {}", picture.display());
    }
    Ok(written)
}

/// Returns the path of each picture, relative to the root, and the picture.
fn pictures(root: &Path, figures: &Path) -> Result<Vec<(PathBuf, String)>> {
    let text = files::read(&root.join(figures))?;
    let rows = rows::read(&text).map_err(|error| error.within(figures.display()))?;
    let picture = |theme: &Theme| {
        let path = figures.with_file_name(format!("figures-{}.svg", theme.name));
        Ok((path, draw::svg(&rows, theme)?))
    };
    [LIGHT, DARK].iter().map(picture).collect()
}
