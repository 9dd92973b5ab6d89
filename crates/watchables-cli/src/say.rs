//! Notices on standard error.

use std::fmt;
use std::io::{self, Write as _};

use crate::printable::printable;

/// Prints a line on standard error, after the name of this program: `say!("{file} is new")`. Unlike with `eprintln!`, it is
/// no panic if whoever reads standard error has ended.
macro_rules! say {
    ($($words:tt)+) => {
        $crate::say::line(format_args!($($words)+))
    };
}

pub(crate) use say;

/// Prints the line, without what a terminal would take for commands.
pub(crate) fn line(words: fmt::Arguments<'_>) {
    let words = printable(&words.to_string());
    let _ = writeln!(io::stderr(), "watchables: {words}");
}
