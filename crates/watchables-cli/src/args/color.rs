//! Whether colours are shown: `--color`.

use clap::ValueEnum;

/// Whether to print in colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal that has colours
    Auto,
    /// Also into a pipe
    Always,
    /// Not at all
    Never,
}
