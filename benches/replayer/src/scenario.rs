//! What the server has, and what happens to it.

use clap::Parser;

/// What the server has, and what happens to it; the same for every kind and every watch.
#[derive(Clone, Copy, Debug, Parser)]
pub(crate) struct Scenario {
    /// How many objects there are
    #[arg(long, default_value_t = 0)]
    pub(crate) objects: u32,
    /// How many of them are changed, in turns, in each watch
    #[arg(long, default_value_t = 0)]
    pub(crate) events: u32,
    /// How many changes a second; 0 is as many as are taken
    #[arg(long, default_value_t = 0)]
    pub(crate) rate: u32,
}
