//! Where the snapshots of a recording begin, and when it ends.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;

use crate::error::RecordingError;
use crate::input::backward::Backward;
use crate::input::chunks::FRAME_MAGIC;
use crate::input::lines::Lines;
use crate::line::{Line, LineKind, SnapshotPlace};

/// What the first line of a snapshot begins with. In a compressed recording it stands once more before the snapshot's
/// frame, in a frame that decoders skip.
const SNAPSHOT_START: &[u8] = br#"{"type":"SNAPSHOT","time":""#;
/// The first bytes of that frame. Its length follows, and then the line.
pub(crate) const INDEX_MAGIC: [u8; 4] = [0x5e, 0x2a, 0x4d, 0x18];
/// A line that is longer holds no list of snapshots of ours.
const INDEX_LIMIT: usize = 16 << 20;

/// Returns the places of all snapshots in a file, without reading all of it: the last one lists those before.
pub(crate) fn snapshots(
    path: &Path,
    is_compressed: bool,
) -> Result<Vec<SnapshotPlace>, RecordingError> {
    let mut file = File::open(path).map_err(RecordingError::io(path, "open"))?;
    let mut reader = file.try_clone().map_err(RecordingError::io(path, "open"))?;
    let mut search = || -> std::io::Result<Vec<SnapshotPlace>> {
        let mut backward = Backward::new(&mut file, SNAPSHOT_START)?;
        while let Some(at) = backward.next_match()? {
            if let Some(line) = snapshot_line(&mut reader, is_compressed, at)?
                && let Ok(Line { what: LineKind::Snapshot(found), .. }) = Line::parse(&line)
            {
                return Ok(found.snapshots);
            }
        }
        Ok(Vec::new())
    };
    search().map_err(RecordingError::io(path, "read"))
}

/// Returns the line at an offset, if one of the kind is there: its beginning may as well stand within an object.
fn snapshot_line(file: &mut File, is_compressed: bool, at: u64) -> std::io::Result<Option<Bytes>> {
    let Some(begin) = at.checked_sub(if is_compressed { 8 } else { 1 }) else { return Ok(None) };
    file.seek(SeekFrom::Start(begin))?;
    let head = usize::try_from(at - begin).unwrap_or_default();
    let mut bytes = vec![0; head + 4096];
    let mut got = 0;
    loop {
        match file.read(&mut bytes[got..])? {
            0 => break,
            len => got += len,
        }
        if got == bytes.len() {
            if got > INDEX_LIMIT || (!is_compressed && bytes[head..].contains(&b'\n')) {
                break;
            }
            bytes.resize(got * 2, 0);
        }
    }
    bytes.truncate(got);
    if bytes.len() < head {
        return Ok(None);
    }
    let text = bytes.split_off(head);
    let len = if is_compressed {
        let Some((magic, len)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let len = len.first_chunk().map_or(0, |len| u32::from_le_bytes(*len));
        (*magic == INDEX_MAGIC).then_some(usize::try_from(len).unwrap_or(usize::MAX))
    } else {
        memchr::memchr(b'\n', &text).filter(|_| bytes == b"\n")
    };
    Ok(len.filter(|len| *len <= text.len()).map(|len| Bytes::from(text).slice(..len)))
}

/// Returns the time of a file's last line. `None` if no line can be read.
pub(crate) fn last_time(
    path: &Path,
    is_compressed: bool,
) -> Result<Option<Timestamp>, RecordingError> {
    let read = |path: &Path| RecordingError::io(path, "read");
    let mut file = File::open(path).map_err(read(path))?;
    let needle: &[u8] = if is_compressed { &FRAME_MAGIC } else { b"\n{\"type\":\"" };
    let mut backward = Backward::new(&mut file, needle).map_err(read(path))?;
    while let Some(at) = backward.next_match().map_err(read(path))? {
        let at = if is_compressed { at } else { at + 1 };
        if let Some(time) = last_time_from(path, is_compressed, (at, 1)) {
            return Ok(Some(time));
        }
    }
    Ok(last_time_from(path, is_compressed, (0, 1)))
}

/// Returns the time of the last line from an offset on, up to what cannot be read.
fn last_time_from(path: &Path, is_compressed: bool, place: (u64, u64)) -> Option<Timestamp> {
    let mut lines = Lines::open(path, is_compressed, place, None).ok()?;
    let mut last = None;
    while let Some(Ok((_, line))) = lines.next_line() {
        let line = Line::parse(&line).ok()?;
        if line.what != LineKind::Unknown {
            last = Some(line.time);
        }
    }
    last
}
