//! The arguments of `completion`.

use clap::{Parser, ValueEnum};

/// The arguments of `completion`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Names of resources, namespaces, contexts and objects come from the cluster, if it answers within a second.

    source <(watchables completion bash)             in ~/.bashrc
    source <(watchables completion zsh)              in ~/.zshrc, after compinit
    watchables completion fish | source              in ~/.config/fish/config.fish")]
pub(crate) struct CompletionArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// A shell whose completion is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// GNU bash, from version 3.2 on
    Bash,
    /// The Z shell
    Zsh,
    /// The friendly interactive shell
    Fish,
}
