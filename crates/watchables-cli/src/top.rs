//! `watchables top`: resources live in the terminal.

mod keys;
mod live;
mod played;
mod screen;
mod terminal;
mod title;
mod write;

use std::io::{self, IsTerminal as _};

use anstream::AutoStream;
use anyhow::bail;
use watch_terminal::Theme;

use crate::args::{ColorChoice, TopArgs};
use crate::interrupt;

/// Shows resources until q or Ctrl-C.
///
/// # Errors
///
/// If standard output is no terminal, the cluster cannot be reached, a resource cannot be watched, all watches fail, or
/// the recording cannot be read.
pub(crate) async fn run(args: TopArgs) -> anyhow::Result<()> {
    if !io::stdout().is_terminal() {
        bail!(
            "standard output is not a terminal, and top draws on one; `watchables watch` prints lines, also into files and \
             pipes"
        );
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        bail!(
            "this terminal is a dumb one (TERM), on which top cannot draw; `watchables watch` prints lines"
        );
    }
    let mut interrupted = interrupt::interrupted();
    let shown = async {
        match &args.file {
            Some(file) => played::show(&args, file).await,
            None => live::show(&args).await,
        }
    };
    tokio::select! {
        result = shown => result,
        // Dropping what is shown restores the terminal.
        _ = &mut interrupted => Ok(()),
    }
}

fn theme(choice: ColorChoice) -> Theme {
    let has_colors = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            !matches!(AutoStream::choice(&io::stdout()), anstream::ColorChoice::Never)
        }
    };
    Theme { has_colors }
}

/// Returns a size in bytes, as far as the machine has so much.
fn bytes(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}
