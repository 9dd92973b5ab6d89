//! `watchables man`: manual pages, from the help.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::{Arg, Command};
use clap_mangen::Man;
use roff::{Inline, Roff, bold, italic, roman};

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
    synopsis(command).to_writer(&mut page)?;
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

/// Returns the options with their values, and the words.
fn synopsis(command: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    let mut line = vec![bold(command.get_bin_name().unwrap_or_else(|| command.get_name()))];
    let options = command.get_opts().chain(command.get_arguments().filter(|it| is_flag(it)));
    for option in options.filter(|arg| !arg.is_hide_set()) {
        let (before, after) = if option.is_required_set() { (" ", "") } else { (" [", "]") };
        let short = option.get_short().map(|short| format!("-{short}"));
        let long = option.get_long().map(|long| format!("--{long}"));
        let names: Vec<_> = short.into_iter().chain(long).collect();
        line.extend([roman(before), bold(names.join("|"))]);
        line.extend(value(option));
        line.push(roman(after));
    }
    for word in command.get_positionals().filter(|arg| !arg.is_hide_set()) {
        let name = word.get_value_names().map(<[_]>::concat).unwrap_or_default();
        let (before, after) = if word.is_required_set() { (" ", "") } else { (" [", "]") };
        let more = word.get_num_args().is_some_and(|args| args.max_values() > 1);
        line.extend([
            roman(before),
            italic(name),
            roman(if more { "..." } else { "" }),
            roman(after),
        ]);
    }
    if command.has_subcommands() {
        line.extend([roman(" "), italic("COMMAND")]);
    }
    roff.text(line);
    roff
}

fn is_flag(arg: &Arg) -> bool {
    !arg.is_positional() && !arg.get_action().takes_values()
}

/// Returns the value of an option as it is written after it.
fn value(option: &Arg) -> Vec<Inline> {
    if is_flag(option) {
        return Vec::new();
    }
    let names = option.get_value_names().map(|names| names.join(" "));
    let name = italic(names.unwrap_or_else(|| option.get_id().as_str().to_uppercase()));
    let is_optional = option.get_num_args().is_some_and(|args| args.min_values() == 0);
    if is_optional { vec![roman("[="), name, roman("]")] } else { vec![roman(" "), name] }
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
