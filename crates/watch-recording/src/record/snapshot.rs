//! The state, copied from what was recorded before: it is not kept in memory.

use std::path::PathBuf;

use bytes::Bytes;

use super::progress::Progress;
use crate::error::{Kind, Place, RecordingError};
use crate::input::lines::Lines;
use crate::line::{Line, LineKind};
use crate::writer::Writer;

/// Writes a snapshot at the end of a file, from what is in it.
pub(super) fn write(writer: &mut Writer, sources: &mut [Progress]) -> Result<(), RecordingError> {
    let mut objects = Objects::of(writer)?;
    writer.begin_snapshot(writer.last_time())?;
    copy(&mut objects, writer, sources)
}

/// Writes a snapshot into another file, from what is in the first.
pub(super) fn write_into(
    other: &mut Writer,
    from: &mut Writer,
    sources: &mut [Progress],
) -> Result<(), RecordingError> {
    let mut objects = Objects::of(from)?;
    other.begin_snapshot(from.last_time())?;
    copy(&mut objects, other, sources)
}

fn copy(
    objects: &mut Objects,
    writer: &mut Writer,
    sources: &mut [Progress],
) -> Result<(), RecordingError> {
    // In the order in which they are in the file.
    let mut present: Vec<_> = sources
        .iter_mut()
        .flat_map(|source| source.objects.values_mut().map(|object| (&source.name, object)))
        .collect();
    present.sort_unstable_by_key(|(_, object)| object.number);
    for (source, recorded) in present {
        let object = objects.get(recorded.number)?;
        recorded.number = writer.state(source, &object)?;
    }
    for source in sources {
        writer.position(writer.last_time(), &source.name, &source.position)?;
    }
    writer.end_snapshot()
}

/// Objects of a file by their numbers, which are asked for in order.
struct Objects {
    lines: Lines,
    path: PathBuf,
    next: u64,
}

impl Objects {
    fn of(writer: &mut Writer) -> Result<Self, RecordingError> {
        let (lines, next) = (writer.objects()?, writer.first_object());
        Ok(Self { lines, path: writer.path().to_owned(), next })
    }

    fn get(&mut self, number: u64) -> Result<Bytes, RecordingError> {
        while let Some(line) = self.lines.next_line() {
            let (place, bytes) = line?;
            if !has_object(&bytes) {
                continue;
            }
            self.next += 1;
            if self.next - 1 != number {
                continue;
            }
            return match Line::parse(&bytes) {
                Ok(Line {
                    what: LineKind::Event { object, .. } | LineKind::State { object },
                    ..
                }) => Ok(object),
                Ok(_) => Err(self.missing(place)),
                Err(reason) => Err(RecordingError::new(&self.path, Kind::Damaged(place, reason))),
            };
        }
        Err(self.missing(Place::default()))
    }

    fn missing(&self, place: Place) -> RecordingError {
        let reason = "an object that was recorded is not there any more".to_owned();
        RecordingError::new(&self.path, Kind::Damaged(place, reason))
    }
}

/// Whether a line has an object. Only lines of other writers are parsed for it.
fn has_object(line: &Bytes) -> bool {
    match line.strip_prefix(b"{\"type\":\"") {
        Some(start) => {
            let kinds = [&b"ADDED\""[..], b"MODIFIED\"", b"DELETED\"", b"STATE\""];
            kinds.iter().any(|kind| start.starts_with(kind))
        }
        None => Line::parse(line)
            .is_ok_and(|line| matches!(line.what, LineKind::Event { .. } | LineKind::State { .. })),
    }
}
