//! Lines of JSON, in a file or on standard output.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Deserialize;

use super::{Fence, Sink, SinkError};
use crate::batch::Batch;

/// How many bytes at the end of a file are read for events that may come again. The relay commits after every few
/// thousand events at the latest, so that they have far less.
const LOOK_BACK: u64 = 64 << 20;

/// Lines on standard output. What was printed before a restart may be printed again.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct StdoutConfig {}

/// Lines in a file, each event once.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FileConfig {
    /// The path. `{cluster}` stands for the cluster's name.
    pub path: String,
    /// The size at which it is renamed to `PATH.1`, and so on, and a new one begun, in bytes. By default it grows.
    pub max_size: Option<u64>,
    /// How many renamed files are kept.
    #[serde(default = "default_keep")]
    pub keep: u32,
    /// Whether a batch is written to the disk before it counts as delivered, so that it survives the loss of power.
    #[serde(default = "default_sync")]
    pub sync: bool,
}

const fn default_keep() -> u32 {
    5
}

const fn default_sync() -> bool {
    true
}

impl FileConfig {
    /// A file that grows.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), max_size: None, keep: default_keep(), sync: default_sync() }
    }

    /// The path for a cluster.
    pub(crate) fn path_of(&self, cluster: &str) -> PathBuf {
        self.path.replace("{cluster}", cluster).into()
    }
}

/// Standard output. An event that comes again is printed again.
#[derive(Debug, Default)]
pub(crate) struct Stdout;

impl Sink for Stdout {
    fn name(&self) -> &'static str {
        "standard output"
    }

    fn open<'a>(&'a mut self, _: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>> {
        async { Ok(()) }.boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>> {
        let written = write_lines(
            batch,
            |_| true,
            |lines| {
                let mut out = io::stdout().lock();
                out.write_all(lines).and_then(|()| out.flush())
            },
        );
        let written = written
            .map_err(|error| SinkError::new("cannot write to standard output").with_source(error));
        async { written }.boxed()
    }
}

/// A file, which is renamed when it has a size.
///
/// After a restart the ids at its end are read, so that no event is written twice. A last line that was cut off is
/// removed.
#[derive(Debug)]
pub(crate) struct LinesFile {
    path: PathBuf,
    name: String,
    config: FileConfig,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Its size up to the last whole batch.
    len: u64,
    /// What was written before it was opened.
    written: Written,
}

/// The events of lines.
#[derive(Debug, Default)]
struct Written {
    ids: HashSet<String>,
    /// The objects that were deleted, as ids have them.
    deleted: HashSet<String>,
}

impl Written {
    fn add(&mut self, id: String) {
        if let Some(object) = deleted_object(&id) {
            self.deleted.insert(object.to_owned());
        }
        self.ids.insert(id);
    }

    /// Whether an event was written. A deletion that is found by comparison, since its commit was lost and the API server
    /// has lost its history, has another version than the one that was written.
    fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
            || deleted_object(id).is_some_and(|object| self.deleted.contains(object))
    }
}

/// Returns the object of a deletion's id, `CLUSTER/UID/VERSION/deleted`, without the version. `None` where resource and name
/// stand for the uid, since an object of the same name may be deleted again.
fn deleted_object(id: &str) -> Option<&str> {
    let (object, _) = id.strip_suffix("/deleted")?.rsplit_once('/')?;
    let (_, uid) = object.split_once('/')?;
    (!uid.contains('/')).then_some(object)
}

impl LinesFile {
    pub(crate) fn new(config: &FileConfig, cluster: &str) -> Self {
        let path = config.path_of(cluster);
        Self { name: path.display().to_string(), path, config: config.clone(), open: None }
    }

    fn fault(&self, what: &str, error: io::Error) -> SinkError {
        SinkError::new(format!("cannot {what} {}", self.name)).with_source(error)
    }

    fn open_file(&self) -> io::Result<Open> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path)?;
        let mut written = Written::default();
        if !file.metadata()?.is_file() {
            // A device or a pipe cannot be looked back into.
            return Ok(Open { file, len: 0, written });
        }
        let len = read_ids(&mut file, &mut written)?;
        file.set_len(len)?;
        file.seek(SeekFrom::End(0))?;
        let before = rotated(&self.path, 1);
        if len < LOOK_BACK && before.exists() {
            read_ids(&mut File::open(before)?, &mut written)?;
        }
        Ok(Open { file, len, written })
    }

    fn write(&mut self, batch: &mut Batch) -> io::Result<()> {
        let open = self.open.as_mut().ok_or_else(|| io::Error::other("it is not open"))?;
        let (file, sync) = (&mut open.file, self.config.sync);
        let before = &open.written;
        let mut added = 0;
        let written = write_lines(
            batch,
            |id| !before.has(id),
            |lines| {
                added = lines.len() as u64;
                file.write_all(lines)?;
                if sync { sync_data(file) } else { Ok(()) }
            },
        );
        if let Err(error) = written {
            // What was written of the batch is written again. If that fails as well, the next opening sees to it.
            let restored = file.set_len(open.len).and_then(|()| file.seek(SeekFrom::End(0)));
            if restored.is_err() {
                self.open = None;
            }
            return Err(error);
        }
        open.len += added;
        if self.config.max_size.is_some_and(|size| open.len >= size) {
            self.rotate()?;
        }
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        let keep = self.config.keep;
        for number in (1..keep).rev() {
            let from = rotated(&self.path, number);
            if from.exists() {
                fs::rename(from, rotated(&self.path, number + 1))?;
            }
        }
        if keep > 0 {
            fs::rename(&self.path, rotated(&self.path, 1))?;
        } else {
            fs::remove_file(&self.path)?;
        }
        let written = self.open.take().map(|open| open.written).unwrap_or_default();
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&self.path)?;
        self.open = Some(Open { file, len: 0, written });
        Ok(())
    }
}

impl Sink for LinesFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn open<'a>(&'a mut self, _: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>> {
        if self.open.is_none() {
            match self.open_file() {
                Ok(open) => self.open = Some(open),
                Err(error) => return async { Err(self.fault("open", error)) }.boxed(),
            }
        }
        async { Ok(()) }.boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>> {
        let written = self.write(batch);
        async { written.map_err(|error| self.fault("write", error)) }.boxed()
    }
}

/// Writes the pending messages whose id is wanted at once, and records them as stored.
fn write_lines(
    batch: &mut Batch,
    wants: impl Fn(&str) -> bool,
    write: impl FnOnce(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut lines = Vec::new();
    for (_, message) in batch.pending() {
        if wants(&message.id) {
            lines.extend_from_slice(&message.payload.body);
            lines.push(b'\n');
        }
    }
    write(&lines)?;
    batch.store_all();
    Ok(())
}

/// Writes a file to the disk. Devices and pipes have nothing to write.
fn sync_data(file: &File) -> io::Result<()> {
    match file.sync_data() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

/// Returns the path of the file that was renamed that many times.
fn rotated(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// Reads the ids of the last lines. Returns how long the file is up to its last whole line.
fn read_ids(file: &mut File, written: &mut Written) -> io::Result<u64> {
    #[derive(Deserialize)]
    struct Line {
        id: String,
    }

    let len = file.metadata()?.len();
    let start = len.saturating_sub(LOOK_BACK);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
    // The first may be a part of a line, which is none of JSON.
    let lines = bytes[..whole].split(|byte| *byte == b'\n');
    let lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    lines.for_each(|line| written.add(line.id));
    // A line that is longer than all that was read was cut off, or is no line of ours: it is left.
    let is_cut = whole < bytes.len() && (whole > 0 || start == 0);
    Ok(if is_cut { start + whole as u64 } else { len })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    fn deliver(sink: &mut LinesFile, ids: &[&str]) {
        let mut batch = Batch::new(ids.iter().map(|id| message(id)).collect());
        sink.open(None).now_or_never().unwrap().unwrap();
        sink.deliver(&mut batch).now_or_never().unwrap().unwrap();
        assert!(batch.is_done());
    }

    fn ids_in(path: &Path) -> Vec<String> {
        let text = fs::read_to_string(path).unwrap();
        let id = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["id"].as_str().unwrap().to_owned()
        };
        text.lines().map(id).collect()
    }

    #[test]
    fn events_that_come_again_after_a_restart_are_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/log.jsonl");
        let config = FileConfig::new(path.display().to_string());
        deliver(&mut LinesFile::new(&config, ""), &["c/a/1", "c/b/2"]);
        // A crash in the middle of a line.
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"{"type":"ADDED","id":"c/c/3","ob"#).unwrap();
        let mut sink = LinesFile::new(&config, "");
        deliver(&mut sink, &["c/b/2", "c/c/3"]);
        deliver(&mut sink, &["c/d/4"]);
        assert_eq!(ids_in(&path), ["c/a/1", "c/b/2", "c/c/3", "c/d/4"]);
    }

    #[test]
    fn deletion_that_is_found_again_by_comparison_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let config = FileConfig::new(path.display().to_string());
        deliver(&mut LinesFile::new(&config, ""), &["c/a/1", "c/b/2", "c/a/3/deleted"]);
        // A checkpoint from before the deletion knows version 1 alone.
        deliver(&mut LinesFile::new(&config, ""), &["c/a/1/deleted", "c/b/2/deleted", "c/a2/4"]);
        assert_eq!(ids_in(&path), ["c/a/1", "c/b/2", "c/a/3/deleted", "c/b/2/deleted", "c/a2/4"]);
    }

    #[test]
    fn object_without_a_uid_may_be_deleted_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let config = FileConfig::new(path.display().to_string());
        let [first, second] = [1, 3].map(|version| format!("c/pods/v1:shop/web/{version}/deleted"));
        deliver(&mut LinesFile::new(&config, ""), &[&first]);
        deliver(&mut LinesFile::new(&config, ""), &[&first, "c/pods/v1:shop/web/2", &second]);
        assert_eq!(ids_in(&path), [&*first, "c/pods/v1:shop/web/2", &second]);
    }

    #[test]
    fn full_files_are_renamed_and_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log-{cluster}.jsonl");
        let mut config = FileConfig::new(path.display().to_string());
        (config.max_size, config.keep) = (Some(1), 2);
        for id in ["c/a/1", "c/b/2", "c/c/3", "c/d/4"] {
            deliver(&mut LinesFile::new(&config, "prod"), &[id]);
        }
        let path = folder.path().join("log-prod.jsonl");
        assert_eq!(ids_in(&rotated(&path, 1)), ["c/d/4"]);
        assert_eq!(ids_in(&rotated(&path, 2)), ["c/c/3"]);
        assert!(!rotated(&path, 3).exists());
        deliver(&mut LinesFile::new(&config, "prod"), &["c/d/4"]);
        assert_eq!(ids_in(&rotated(&path, 1)), ["c/d/4"], "it is not written again");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let config = FileConfig::new("/dev/full");
        let mut sink = LinesFile::new(&config, "");
        sink.open(None).now_or_never().unwrap().unwrap();
        let mut batch = Batch::new(vec![message("c/a/1")]);
        let error = sink.deliver(&mut batch).now_or_never().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "cannot write /dev/full");
        assert_eq!(batch.pending().count(), 1);
    }
}
