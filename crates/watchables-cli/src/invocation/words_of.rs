//! Words of a command line that clap would not take as users of kubectl mean them.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

/// Rewrites flags with a truth value, as Go's programs take them: `--no-headers=true` becomes `--no-headers`, and
/// `--no-headers=false` is left out. So it is with `-A=true`.
pub(super) fn without_truth_values(command: &Command, words: Vec<OsString>) -> Vec<OsString> {
    let Some(start) = subcommand(command, &words) else { return words };
    let (place, subcommand) = start;
    let mut is_over = false;
    let rewritten = words.into_iter().enumerate().filter_map(|(at, word)| {
        is_over |= word == "--";
        if at <= place || is_over {
            return Some(word);
        }
        let text = word.to_str().unwrap_or_default();
        let Some((flag, value)) = text.split_once('=') else { return Some(word) };
        let is_flag = argument(subcommand, flag)
            .is_some_and(|arg| matches!(arg.get_action(), ArgAction::SetTrue));
        match truth(value) {
            Some(true) if is_flag => Some(flag.into()),
            Some(false) if is_flag => None,
            _ => Some(word),
        }
    });
    rewritten.collect()
}

/// Returns hints about words that look like the value of the option before them, whose value has to follow a `=`.
pub(super) fn misplaced_values(command: &Command, words: &[OsString]) -> Vec<String> {
    let Some((place, subcommand)) = subcommand(command, words) else { return Vec::new() };
    let words: Vec<_> = words.iter().skip(place + 1).map(|word| word.to_string_lossy()).collect();
    let words = words.split(|word| word == "--").next().unwrap_or_default();
    let hints = words.windows(2).filter_map(|pair| {
        let [option, value] = pair else { return None };
        let arg = argument(subcommand, option)?;
        let values = arg.get_possible_values();
        let is_value = values.iter().any(|known| known.matches(value, false));
        (arg.is_require_equals_set() && is_value).then(|| {
            format!(
                "{value:?} is taken for something to watch, and not for the form of {option}: that is {option}={value}"
            )
        })
    });
    hints.collect()
}

/// Finds the subcommand, and its place among the words.
fn subcommand<'a>(command: &'a Command, words: &[OsString]) -> Option<(usize, &'a Command)> {
    let mut found = words.iter().enumerate().skip(1);
    found.find_map(|(place, word)| Some((place, command.find_subcommand(word)?)))
}

/// Returns the argument of which a word is the name: `--all-namespaces`, or `-A`.
fn argument<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let is_named = |arg: &&Arg| match word.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => word
            .strip_prefix('-')
            .is_some_and(|short| arg.get_short().is_some_and(|letter| short.chars().eq([letter]))),
    };
    command.get_arguments().find(is_named)
}

/// Reads a truth value as Go does.
fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Args;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn flags_may_have_truth_values() {
        for (line, rewritten) in [
            ("w watch pods --no-headers=true", "w watch pods --no-headers"),
            ("w watch pods -A=1 --show-labels=F", "w watch pods -A"),
            ("w top --all-namespaces=false --compress=True", "w top --compress"),
            ("w watch pods --no-headers=maybe", "w watch pods --no-headers=maybe"),
            (
                "w watch pods --where=true -o=true --diff=full",
                "w watch pods --where=true -o=true --diff=full",
            ),
            ("w watch -- --no-headers=true", "w watch -- --no-headers=true"),
            ("w --version=true", "w --version=true"),
        ] {
            assert_eq!(
                without_truth_values(&Args::command(), words(line)),
                words(rewritten),
                "{line}"
            );
        }
    }

    #[test]
    fn values_that_stand_alone_are_hinted_at() {
        let hints = |line| misplaced_values(&Args::command(), &words(line));
        assert_eq!(
            hints("w watch pods --diff full --timestamps relative"),
            [
                "\"full\" is taken for something to watch, and not for the form of --diff: that is --diff=full",
                "\"relative\" is taken for something to watch, and not for the form of --timestamps: that is --timestamps=relative",
            ]
        );
        for line in ["w watch --diff pods", "w watch pods -o yaml", "w watch pods -- --diff full"] {
            assert!(hints(line).is_empty(), "{line}");
        }
    }
}
