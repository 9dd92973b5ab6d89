//! Zeros at the end of a file, which a loss of power may leave.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// How many zeros a zstd frame may end with: its checksum.
const OF_A_FRAME: u64 = 4;
const CHUNK: usize = 64 << 10;

/// Returns where the zeros begin with which a compressed file ends. `None` if it ends with something else.
pub(crate) fn begin_of_zeros(file: &mut File) -> io::Result<Option<u64>> {
    let len = file.seek(SeekFrom::End(0))?;
    let mut end = len;
    let mut chunk = vec![0; CHUNK];
    while end > 0 {
        let begin = end.saturating_sub(CHUNK as u64);
        let part = &mut chunk[..usize::try_from(end - begin).unwrap_or_default()];
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(part)?;
        if let Some(last) = part.iter().rposition(|byte| *byte != 0) {
            end = begin + last as u64 + 1;
            break;
        }
        end = begin;
    }
    Ok((len - end > OF_A_FRAME).then_some(end))
}
