//! The files of a recording that is split by size: `day.jsonl.zst` is the newest, `day.000001.jsonl.zst` the first.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Whether a file of this name is compressed.
pub(super) fn is_compressed_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zst"))
}

/// Returns where a new file is written before it has its name.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

/// Returns the name of an earlier part.
pub(super) fn earlier(path: &Path, part: u64) -> PathBuf {
    let (stem, suffix) = split(path);
    path.with_file_name(format!("{stem}.{part:06}{suffix}"))
}

/// Returns the earlier parts that exist, by number.
pub(super) fn existing(path: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let (stem, suffix) = split(path);
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder(path))? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| {
            let number = name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(&suffix)?;
            let is_number = number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| number.parse().ok())?
        });
        parts.extend(number.map(|number| (number, entry.path())));
    }
    parts.sort();
    Ok(parts)
}

/// Waits until renamed and removed files are on the disk.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    // Only Unix can open folders.
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Splits a name before `.jsonl.zst`, or whatever it ends with.
fn split(path: &Path) -> (String, String) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let inner = name.strip_suffix(".zst").unwrap_or(&name);
    let at = inner.rfind('.').filter(|at| *at > 0).unwrap_or(inner.len());
    (name[..at].to_owned(), name[at..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_before_the_suffix() {
        for (name, part) in [
            ("/a/day.jsonl.zst", "/a/day.000012.jsonl.zst"),
            ("day.jsonl", "day.000012.jsonl"),
            ("day.zst", "day.000012.zst"),
            ("day", "day.000012"),
            (".day", ".day.000012"),
        ] {
            assert_eq!(earlier(Path::new(name), 12), Path::new(part));
        }
    }

    #[test]
    fn existing_parts_are_found_by_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.jsonl");
        for name in
            ["day.jsonl", "day.000010.jsonl", "day.000002.jsonl", "day.x.jsonl", "day.2.jsonl"]
        {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found: Vec<_> = existing(&path).unwrap().into_iter().map(|(part, _)| part).collect();
        assert_eq!(found, [2, 10]);
        sync_folder(&path).unwrap();
    }
}
