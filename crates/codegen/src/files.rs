//! Reads and writes files; a write is atomic.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Failure, Result};

pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))
}

/// Writes a temporary file next to it and renames it: readers see the old file or the new one.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Failure::io("create the folder", folder, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        // Best effort: the first error is reported.
        let _ = fs::remove_file(&temporary);
        Failure::io("write", path, &error)
    })
}

/// Returns every file under a folder, sorted; none if the folder does not exist.
pub(crate) fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        let failure = |error| Failure::io("list", &folder, &error);
        for entry in fs::read_dir(&folder).map_err(failure)? {
            let path = entry.map_err(failure)?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Removes a file and the folders that become empty, up to `top`.
pub(crate) fn remove(path: &Path, top: &Path) -> Result<()> {
    fs::remove_file(path).map_err(|error| Failure::io("remove", path, &error))?;
    for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(top)) {
        // Fails if the folder is not empty.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
