//! The structure of zstd frames (RFC 8878), as far as closing one that was cut off needs it.

use std::io::{self, BufRead, ErrorKind};
use std::ops::ControlFlow;

use crate::input::chunks::FRAME_MAGIC;

/// What stands at an offset of a file.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// A whole frame of this length, skippable or not.
    Whole(u64),
    /// A frame that is cut off, and where its whole blocks end, from its beginning; the first is where its head ends.
    Torn { blocks: Vec<u64>, is_ours: bool },
    /// A few bytes, or zeros to the end of the file.
    Nothing,
    /// Something else.
    Foreign,
}

/// Looks at what stands at the reader's position, to the end of the file at most.
pub(crate) fn look(reader: &mut impl BufRead) -> io::Result<Found> {
    let mut reader = Counted { reader, offset: 0 };
    match walk(&mut reader) {
        Ok(found) => Ok(found),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(Found::Nothing),
        Err(error) => Err(error),
    }
}

fn walk(reader: &mut Counted<'_, impl BufRead>) -> io::Result<Found> {
    let magic: [u8; 4] = reader.bytes()?;
    if magic[0] >> 4 == 5 && magic[1..] == [0x2a, 0x4d, 0x18] {
        let len = u32::from_le_bytes(reader.bytes()?);
        reader.skip(len.into())?;
        return Ok(Found::Whole(reader.offset));
    }
    if magic == [0; 4] {
        return Ok(if reader.is_zero_to_the_end()? { Found::Nothing } else { Found::Foreign });
    }
    if magic != FRAME_MAGIC {
        return Ok(Found::Foreign);
    }
    let [descriptor] = reader.bytes()?;
    let (is_single, has_checksum) = (descriptor & 0x20 != 0, descriptor & 4 != 0);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content_size = match descriptor >> 6 {
        0 => u64::from(is_single),
        other => 1 << other,
    };
    // With a size or a dictionary, it is not of our writer.
    let is_ours = has_checksum && dictionary == 0 && content_size == 0;
    reader.skip(u64::from(!is_single) + dictionary + content_size)?;
    let mut blocks = vec![reader.offset];
    loop {
        match block(reader) {
            Ok(ControlFlow::Continue(())) => blocks.push(reader.offset),
            Ok(ControlFlow::Break(())) => break,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return Ok(Found::Torn { blocks, is_ours });
            }
            Err(error) => return Err(error),
        }
    }
    match reader.skip(if has_checksum { 4 } else { 0 }) {
        Ok(()) => Ok(Found::Whole(reader.offset)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Ok(Found::Torn { blocks, is_ours })
        }
        Err(error) => Err(error),
    }
}

/// Goes over a block. Breaks at the last one.
fn block(reader: &mut Counted<'_, impl BufRead>) -> io::Result<ControlFlow<()>> {
    let [low, middle, high] = reader.bytes()?;
    let head = u32::from_le_bytes([low, middle, high, 0]);
    let is_repeated_byte = head >> 1 & 3 == 1;
    reader.skip(if is_repeated_byte { 1 } else { u64::from(head >> 3) })?;
    Ok(if head & 1 == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
}

/// A reader that knows how far it is.
struct Counted<'a, R> {
    reader: &'a mut R,
    offset: u64,
}

impl<R: BufRead> Counted<'_, R> {
    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        self.offset += N as u64;
        Ok(bytes)
    }

    fn skip(&mut self, mut len: u64) -> io::Result<()> {
        while len > 0 {
            let available = self.reader.fill_buf()?.len();
            if available == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let used = usize::try_from(len).unwrap_or(usize::MAX).min(available);
            self.reader.consume(used);
            self.offset += used as u64;
            len -= used as u64;
        }
        Ok(())
    }

    fn is_zero_to_the_end(&mut self) -> io::Result<bool> {
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return Ok(true);
            }
            if available.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            let len = available.len();
            self.reader.consume(len);
        }
    }
}
