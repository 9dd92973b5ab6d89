//! Which cargo to run.

use std::ffi::OsString;

/// The one that runs us, as it says itself; else the one on the path.
pub(crate) fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
