//! Where this program is.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::report::{NotPassed, failed};

static PATH: OnceLock<PathBuf> = OnceLock::new();

/// Returns the path of this program, as it was when this was called first: at the start. Another cargo may replace the file
/// by its like meanwhile, and the system then calls the path deleted.
pub(crate) fn path() -> Result<&'static Path, NotPassed> {
    if let Some(path) = PATH.get() {
        return Ok(path);
    }
    let path = std::env::current_exe().map_err(failed)?;
    Ok(PATH.get_or_init(|| path))
}
