//! What is on the command line that is being completed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, Command};

use crate::args::ClusterArgs;

/// The words before the one that is completed, as far as they matter for it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kubeconfig: Option<PathBuf>,
    pub(super) context: Option<String>,
    pub(super) server: Option<String>,
    pub(super) is_demo: bool,
    /// The first of those that are named.
    pub(super) namespace: Option<String>,
    /// The words after the subcommand that belong to no option.
    pub(super) words: Vec<String>,
    /// Whether the word that is completed is an option.
    pub(super) is_option: bool,
    /// The word that is completed, as far as it is there.
    pub(super) current: String,
}

impl Line {
    /// Reads the line that a shell passed to this process.
    pub(super) fn of_process(command: &Command) -> Self {
        let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").collect();
        let words = words.get(1..).unwrap_or_default();
        let index = std::env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
        let index = index.unwrap_or(words.len().saturating_sub(1));
        let current = words.get(index).map(|word| word.to_string_lossy().into_owned());
        let current = current.unwrap_or_default();
        let is_option = current.starts_with('-');
        let words: Vec<_> =
            words.iter().take(index).map(|word| word.to_string_lossy().into_owned()).collect();
        Self { is_option, current, ..Self::parse(command, &words) }
    }

    /// Reads the words, of which the first is this program.
    pub(super) fn parse(command: &Command, words: &[String]) -> Self {
        let mut line = Self::default();
        let mut words = words.iter().skip(1);
        let Some(subcommand) = words.by_ref().find_map(|word| command.find_subcommand(word)) else {
            return line;
        };
        while let Some(word) = words.next() {
            let Some((arg, value)) = option(subcommand, word) else {
                if !word.starts_with('-') {
                    line.words.push(word.clone());
                }
                continue;
            };
            let value = match value {
                Some(value) => Some(value),
                // Those with an optional value have it after `=` alone.
                None if takes_value(arg) && !arg.is_require_equals_set() => words.next().cloned(),
                None => None,
            };
            match arg.get_id().as_str() {
                "kubeconfig" => line.kubeconfig = value.map(PathBuf::from),
                "context" => line.context = value,
                "server" => line.server = value,
                "demo" => line.is_demo = true,
                "namespace" => {
                    let first = |value: String| value.split(',').next().map(str::to_owned);
                    line.namespace = value.and_then(first);
                }
                _ => {}
            }
        }
        line
    }

    pub(super) fn cluster_args(&self) -> ClusterArgs {
        ClusterArgs {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            server: self.server.clone(),
            demo: self.is_demo,
            verbosity: None,
        }
    }
}

/// Returns the option that a word names, and its value if the word has it.
fn option<'a>(command: &'a Command, word: &str) -> Option<(&'a Arg, Option<String>)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        let arg = command.get_arguments().find(|arg| arg.get_long() == Some(name))?;
        return Some((arg, value));
    }
    let mut letters = word.strip_prefix('-')?.chars();
    let letter = letters.next()?;
    let arg = command.get_arguments().find(|arg| arg.get_short() == Some(letter))?;
    let value = letters.as_str().trim_start_matches('=');
    Some((arg, (takes_value(arg) && !value.is_empty()).then(|| value.to_owned())))
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}
