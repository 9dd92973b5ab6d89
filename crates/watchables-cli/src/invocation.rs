//! How this program was called: as itself, or by kubectl as its plugin.

mod words_of;

use std::ffi::OsString;
use std::path::Path;

use clap::{Command, CommandFactory as _, FromArgMatches as _};

use crate::args::Args;
use crate::say::say;

/// kubectl's plugin `watchables` is a program of this name.
const PLUGIN: &str = "kubectl-watchables";

/// Returns the arguments of this process. Prints the help or what is wrong with them, and exits, if need be.
pub(crate) fn parse() -> Args {
    let words: Vec<_> = std::env::args_os().collect();
    let mut command = command(&words);
    let words = if is_plugin(&words) { with_watch(&command, words) } else { words };
    let words = words_of::without_truth_values(&command, words);
    for hint in words_of::misplaced_values(&command, &words) {
        say!("{hint}");
    }
    let matches = command.try_get_matches_from_mut(words).unwrap_or_else(|error| error.exit());
    Args::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
}

/// Returns the command as it was called: help texts name it so.
pub(crate) fn command(words: &[OsString]) -> Command {
    let command = with_filled_prose(Args::command());
    if is_plugin(words) { as_plugin(command.bin_name("kubectl watchables")) } else { command }
}

fn is_plugin(words: &[OsString]) -> bool {
    let program = words.first().and_then(|word| Path::new(word).file_stem());
    program.is_some_and(|name| name == PLUGIN)
}

/// Adds `watch`, unless the first word is a command or asks for help.
fn with_watch(command: &Command, mut words: Vec<OsString>) -> Vec<OsString> {
    let first = words.get(1).map(|word| word.to_string_lossy());
    let is_implied = first.is_some_and(|word| {
        let asks = ["help", "--help", "-h", "--version", "-V"].contains(&&*word);
        !asks && command.find_subcommand(&*word).is_none()
    });
    if is_implied {
        words.insert(1, "watch".into());
    }
    words
}

/// Joins the lines of paragraphs below the options: they are broken for whatever width there is, and not twice. Examples,
/// which are indented, stay as they are.
fn with_filled_prose(mut command: Command) -> Command {
    if let Some(text) = command.get_after_help() {
        let text = text.to_string();
        let filled = text.split("\n\n").map(|paragraph| {
            if paragraph.starts_with(' ') {
                paragraph.to_owned()
            } else {
                paragraph.replace('\n', " ")
            }
        });
        command = command.after_help(filled.collect::<Vec<_>>().join("\n\n"));
    }
    command.mut_subcommands(with_filled_prose)
}

/// Names the plugin in the examples.
fn as_plugin(mut command: Command) -> Command {
    if let Some(text) = command.get_after_help() {
        let text = text.to_string();
        // Twice would be too often.
        let text = text.replace("kubectl watchables ", "watchables ");
        command = command.after_help(text.replace("watchables ", "kubectl watchables "));
    }
    command.mut_subcommands(as_plugin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Vec<String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let found = if is_plugin(&words) { with_watch(&command(&words), words) } else { words };
        found.into_iter().skip(1).map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn plugin_watches_what_is_no_command() {
        let plugin = "/home/me/.krew/bin/kubectl-watchables";
        assert_eq!(parsed(&[plugin, "pods", "-A"]), ["watch", "pods", "-A"]);
        assert_eq!(parsed(&[plugin, "-n", "shop", "pods"]), ["watch", "-n", "shop", "pods"]);
        assert_eq!(parsed(&["kubectl-watchables.exe", "pods"]), ["watch", "pods"]);
        for words in [&["watch", "pods"][..], &["doctor"], &["help", "watch"], &["--version"], &[]]
        {
            assert_eq!(parsed(&[&[plugin], words].concat()), words);
        }
        assert_eq!(parsed(&["/bin/watchables", "pods"]), ["pods"]);
    }

    #[test]
    fn prose_below_the_options_is_broken_once_and_examples_are_not() {
        let mut command = command(&["watchables".into()]);
        command.build();
        for subcommand in command.get_subcommands() {
            let text = subcommand.get_after_help().map(ToString::to_string).unwrap_or_default();
            for paragraph in text.split("\n\n") {
                let is_example = paragraph.starts_with(' ');
                assert!(is_example || !paragraph.contains('\n'), "{paragraph}");
                // Where the width is not known, it is 100.
                let fits = |line: &str| line.chars().count() <= 100;
                assert!(!is_example || paragraph.lines().all(fits), "{paragraph}");
            }
        }
    }

    #[test]
    fn help_names_the_program_as_it_was_called() {
        for (program, name) in
            [("kubectl-watchables", "kubectl watchables"), ("watchables", "watchables")]
        {
            let mut command = command(&[program.into()]);
            command.build();
            let watch = command.find_subcommand_mut("watch").unwrap();
            let help = watch.render_long_help().to_string();
            assert!(help.contains(&format!("\nUsage: {name} watch ")), "{help}");
            assert!(help.contains(&format!("\n    {name} watch all ")), "{help}");
            assert!(!help.contains("kubectl kubectl"), "{help}");
            let plugin = command.find_subcommand_mut("plugin").unwrap().render_help().to_string();
            assert!(plugin.contains("    kubectl watchables pods -n shop"), "{plugin}");
        }
    }
}
