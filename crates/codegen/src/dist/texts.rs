//! What the program writes about itself: manual pages and completion files.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::read;
use crate::error::{Failure, Result};
use crate::files;

/// The shells, and where their completion files usually lie.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "completion/watchables.bash"),
    ("zsh", "completion/_watchables"),
    ("fish", "completion/watchables.fish"),
];

/// Texts by their path in the archive.
pub(super) fn of(program: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut texts = BTreeMap::new();
    for (shell, path) in SHELLS {
        texts.insert(path.to_owned(), run(program, &["completion", shell])?);
    }
    let failure = |error| Failure::new(format!("cannot make a temporary folder: {error}"));
    let folder = tempfile::tempdir().map_err(failure)?;
    let place = folder.path().to_str().ok_or_else(|| {
        Failure::new(format!("{} is not valid UTF-8", folder.path().display()))
            .hint("set TMPDIR to another folder")
    })?;
    run(program, &["man", place])?;
    for page in files::walk(folder.path())? {
        let name = page.file_name().unwrap_or_default().to_string_lossy();
        texts.insert(format!("man/man1/{name}"), read(&page)?);
    }
    Ok(texts)
}

/// What the program prints.
fn run(program: &Path, args: &[&str]) -> Result<Vec<u8>> {
    let command = format!("{} {}", program.display(), args.join(" "));
    // As it is found in PATH, and not as where it lies here.
    let output =
        Command::new(program).args(args).env_remove("COMPLETE").output().map_err(|error| {
            Failure::new(format!("cannot run {command}: {error}"))
                .hint("a program for another platform than this one is made on that platform")
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("{command} failed ({}): {said}", output.status)));
    }
    Ok(output.stdout)
}
