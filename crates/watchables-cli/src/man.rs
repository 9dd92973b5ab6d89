//! `watchables man`: manual pages, from the help.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::Command;
use clap_mangen::Man;
use roff::{Roff, roman};

use crate::args::ManArgs;
use crate::say::say;

/// Writes a page for the program, and one for each command.
///
/// # Errors
///
/// If the directory or a page cannot be written.
pub(crate) fn run(args: &ManArgs, command: Command) -> anyhow::Result<()> {
    let directory = &args.directory;
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the directory {}", directory.display()))?;
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let pages = write(&command, directory)?;
    say!("wrote {pages} pages into {}", directory.display());
    Ok(())
}

/// Writes the page of a command and those of its own commands. Returns their number.
fn write(command: &Command, directory: &Path) -> anyhow::Result<usize> {
    let mut pages = 1;
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        pages += write(subcommand, directory)?;
    }
    let version = concat!("watchables ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(version);
    let path = directory.join(man.get_filename());
    let page = page(command, &man).context("cannot make a manual page")?;
    fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(pages)
}

fn page(command: &Command, man: &Man) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().any(|arg| !arg.is_hide_set()) {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(text) = command.get_after_help() {
        notes(&text.to_string()).to_writer(&mut page)?;
    }
    Ok(page)
}

/// Returns the text below the options. Its indented lines are commands, which are not filled.
fn notes(text: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["NOTES"]);
    for paragraph in text.split("\n\n") {
        let is_verbatim = paragraph.lines().all(|line| line.starts_with("    "));
        roff.control("PP", []);
        if is_verbatim {
            roff.control("RS", ["4"]).control("nf", []);
        }
        for line in paragraph.lines() {
            roff.text([roman(if is_verbatim { line.trim() } else { line })]);
        }
        if is_verbatim {
            roff.control("fi", []).control("RE", []);
        }
    }
    roff
}
