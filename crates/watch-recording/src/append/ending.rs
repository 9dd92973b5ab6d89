//! Gives a recording that was cut off a whole line, and a whole zstd frame, as its end.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use twox_hash::XxHash64;
use zstd::stream::raw::{Decoder, InBuffer, Operation as _, OutBuffer};

use super::frames::{self, Found};
use crate::error::{Kind, Place, RecordingError};
use crate::input::backward::Backward;
use crate::input::zeros::begin_of_zeros;

/// The last block of a frame, without content.
const EMPTY_LAST_BLOCK: [u8; 3] = [1, 0, 0];

/// Cuts off what was being written when the recording ended. `from` is the offset of a frame, or of a line.
///
/// Killed in the middle of it, it does the same when it is called again.
pub(crate) fn mend(
    path: &Path,
    file: &mut File,
    is_compressed: bool,
    from: u64,
) -> Result<(), RecordingError> {
    let mended = if is_compressed { mend_frame(file, from) } else { mend_line(file) };
    let place = match mended {
        Ok(None) => return Ok(()),
        Ok(Some(place)) => place,
        Err(error) => return Err(RecordingError::io(path, "append to")(error)),
    };
    let reason = "this is not what a recorder writes, and it cannot be appended to".to_owned();
    Err(RecordingError::new(path, Kind::Damaged(place, reason)))
}

fn mend_line(file: &mut File) -> io::Result<Option<Place>> {
    let end = Backward::new(file, b"\n")?.next_match()?.map_or(0, |at| at + 1);
    truncate(file, end)?;
    Ok(None)
}

/// Returns where there is something that is not ours.
fn mend_frame(file: &mut File, from: u64) -> io::Result<Option<Place>> {
    if let Some(end) = begin_of_zeros(file)? {
        truncate(file, end)?;
    }
    let mut begin = from;
    loop {
        file.seek(SeekFrom::Start(begin))?;
        let mut reader = BufReader::with_capacity(1 << 18, &*file);
        let foreign = Some(Place { line: 0, offset: begin, is_frame: true });
        match frames::look(&mut reader)? {
            Found::Whole(len) => begin += len,
            Found::Nothing => {
                truncate(file, begin)?;
                return Ok(None);
            }
            Found::Foreign | Found::Torn { is_ours: false, .. } => return Ok(foreign),
            Found::Torn { blocks, .. } => {
                close(file, begin, &blocks)?;
                return Ok(None);
            }
        }
    }
}

/// Closes a frame after the last of its blocks that ends a line, or removes it.
fn close(file: &mut File, begin: u64, blocks: &[u64]) -> io::Result<()> {
    let Some((end, checksum)) = last_line_end(file, begin, blocks)? else {
        return truncate(file, begin);
    };
    truncate(file, begin + end)?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(&EMPTY_LAST_BLOCK)?;
    file.write_all(&checksum)?;
    file.sync_data()
}

/// Returns where the last block ends whose text ends a line, and the checksum of the frame's text up to there.
fn last_line_end(
    file: &mut File,
    begin: u64,
    blocks: &[u64],
) -> io::Result<Option<(u64, [u8; 4])>> {
    let mut decoder = Decoder::new()?;
    let mut scratch = vec![0; 1 << 17];
    let mut hasher = XxHash64::with_seed(0);
    let mut last = None;
    let mut compressed = Vec::new();
    file.seek(SeekFrom::Start(begin))?;
    let mut from = 0;
    for block in blocks {
        compressed.resize(usize::try_from(block - from).unwrap_or_default(), 0);
        file.read_exact(&mut compressed)?;
        from = *block;
        let mut input = InBuffer::around(&compressed);
        let mut ends_line = false;
        loop {
            let mut output = OutBuffer::around(scratch.as_mut_slice());
            if decoder.run(&mut input, &mut output).is_err() {
                return Ok(last);
            }
            let written = output.pos();
            std::hash::Hasher::write(&mut hasher, &scratch[..written]);
            if written > 0 {
                ends_line = scratch[written - 1] == b'\n';
            }
            if input.pos() == compressed.len() && written < scratch.len() {
                break;
            }
        }
        if ends_line {
            let [low @ .., _, _, _, _] = std::hash::Hasher::finish(&hasher).to_le_bytes();
            last = Some((*block, low));
        }
    }
    Ok(last)
}

/// Cuts off what is after an offset, if there is anything.
fn truncate(file: &mut File, len: u64) -> io::Result<()> {
    if file.metadata()?.len() > len {
        file.set_len(len)?;
        file.sync_data()?;
    }
    Ok(())
}
