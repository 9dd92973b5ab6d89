//! Locates cargo.

use std::ffi::OsString;

/// Returns the cargo that runs this program, else the one on the path.
pub(crate) fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
