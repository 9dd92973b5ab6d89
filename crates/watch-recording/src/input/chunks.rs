//! Pieces of a recording's text, from a plain file or from zstd frames.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};

use bytes::BytesMut;
use zstd::stream::raw::{Decoder, InBuffer, Operation as _, OutBuffer};

use super::zeros::begin_of_zeros;

/// The first bytes of a zstd frame.
pub(crate) const FRAME_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// What frames begin with that decoders skip; the low half of the first byte is free to choose.
const SKIPPABLE_MAGIC: [u8; 3] = [0x2a, 0x4d, 0x18];
/// Whole frames are checked before their text is used, unless they are longer than this: ours are not.
const FRAME_TEXT_LIMIT: usize = 16 << 20;
const CHUNK: usize = 256 << 10;

/// What [`Chunks::fill`] found.
#[derive(Debug, PartialEq)]
pub(crate) enum Filled {
    /// Text, which may be empty.
    Text,
    /// The end of the file.
    End,
    /// A damaged frame, and why it does not decode.
    Damaged(String),
}

/// Reads a file in pieces.
pub(crate) struct Chunks {
    file: BufReader<File>,
    /// Where the next piece begins in the file.
    offset: u64,
    /// Where a compressed file ends, if zeros follow.
    end: Option<u64>,
    zstd: Option<Frame>,
}

/// The frame that is being read.
struct Frame {
    decoder: Decoder<'static>,
    /// Where it begins.
    begin: u64,
    is_open: bool,
    scratch: Vec<u8>,
}

/// Whether a file begins with a zstd frame.
pub(crate) fn is_compressed(file: &mut File) -> io::Result<bool> {
    let mut magic = [0; 4];
    file.seek(SeekFrom::Start(0))?;
    let is_compressed = match file.read_exact(&mut magic) {
        Ok(()) => magic == FRAME_MAGIC || magic[1..] == SKIPPABLE_MAGIC,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => false,
        Err(error) => return Err(error),
    };
    Ok(is_compressed)
}

/// Returns how many bytes there are before the end.
fn left(end: Option<u64>, offset: u64) -> usize {
    let left = end.map_or(u64::MAX, |end| end.saturating_sub(offset));
    usize::try_from(left).unwrap_or(usize::MAX)
}

impl Chunks {
    /// Reads from an offset on: of a line, or in a compressed file of a frame.
    pub(crate) fn new(mut file: File, is_compressed: bool, offset: u64) -> io::Result<Self> {
        let end = if is_compressed { begin_of_zeros(&mut file)? } else { None };
        file.seek(SeekFrom::Start(offset))?;
        let zstd = if is_compressed {
            let scratch = vec![0; CHUNK];
            Some(Frame { decoder: Decoder::new()?, begin: offset, is_open: false, scratch })
        } else {
            None
        };
        Ok(Self { file: BufReader::with_capacity(CHUNK, file), offset, end, zstd })
    }

    /// Appends the next piece to `out`.
    pub(crate) fn fill(&mut self, out: &mut BytesMut) -> io::Result<Filled> {
        if self.zstd.is_some() { self.fill_from_frame(out) } else { self.fill_plainly(out) }
    }

    /// Returns where the frame begins that the last piece came from, if the file is compressed.
    pub(crate) fn frame(&self) -> Option<u64> {
        self.zstd.as_ref().map(|frame| frame.begin)
    }

    /// After damage: goes to what looks like the beginning of a later frame. Returns false if there is none.
    pub(crate) fn resync(&mut self) -> io::Result<bool> {
        let Some(frame) = &mut self.zstd else { return Ok(true) };
        frame.decoder.reinit()?;
        frame.is_open = false;
        let mut at = frame.begin + 1;
        self.file.seek(SeekFrom::Start(at))?;
        let mut window = [0; 4];
        loop {
            let available = self.file.fill_buf()?;
            if available.is_empty() {
                return Ok(false);
            }
            let mut used = 0;
            for byte in available {
                window.rotate_left(1);
                window[3] = *byte;
                used += 1;
                at += 1;
                if window == FRAME_MAGIC {
                    self.offset = at - 4;
                    self.file.seek(SeekFrom::Start(self.offset))?;
                    return Ok(true);
                }
            }
            self.file.consume(used);
        }
    }

    fn fill_plainly(&mut self, out: &mut BytesMut) -> io::Result<Filled> {
        let available = self.file.fill_buf()?;
        let len = available.len();
        out.extend_from_slice(available);
        self.file.consume(len);
        self.offset += len as u64;
        Ok(if len == 0 { Filled::End } else { Filled::Text })
    }

    fn fill_from_frame(&mut self, out: &mut BytesMut) -> io::Result<Filled> {
        let begin = out.len();
        loop {
            if !self.zstd.as_ref().is_some_and(|frame| frame.is_open) {
                match self.open_frame()? {
                    Filled::Text => {}
                    other => return Ok(other),
                }
            }
            let Some(Frame { decoder, is_open, scratch, .. }) = &mut self.zstd else {
                return Ok(Filled::End);
            };
            let available = self.file.fill_buf()?;
            let available = &available[..available.len().min(left(self.end, self.offset))];
            let is_end = available.is_empty();
            let mut input = InBuffer::around(available);
            let mut output = OutBuffer::around(scratch.as_mut_slice());
            let status = decoder.run(&mut input, &mut output);
            let (used, written) = (input.pos(), output.pos());
            out.extend_from_slice(&scratch[..written]);
            self.file.consume(used);
            self.offset += used as u64;
            match status {
                Err(error) => {
                    out.truncate(begin);
                    return Ok(Filled::Damaged(format!("a zstd frame does not decode: {error}")));
                }
                Ok(0) => {
                    *is_open = false;
                    return Ok(Filled::Text);
                }
                // Cut off within the frame.
                Ok(_) if is_end && written == 0 => {
                    return Ok(if out.len() == begin { Filled::End } else { Filled::Text });
                }
                Ok(_) if out.len() - begin > FRAME_TEXT_LIMIT => return Ok(Filled::Text),
                Ok(_) => {}
            }
        }
    }

    /// Goes to the next frame that is not skippable.
    fn open_frame(&mut self) -> io::Result<Filled> {
        loop {
            let begin = self.offset;
            let mut head = [0; 8];
            let got = self.read_up_to(&mut head)?;
            if let Some(frame) = &mut self.zstd {
                frame.begin = begin;
            }
            if got < 8 {
                // No frame is that short.
                return Ok(Filled::End);
            }
            if head[..4] == FRAME_MAGIC {
                self.file.seek(SeekFrom::Start(begin))?;
                self.offset = begin;
                if let Some(frame) = &mut self.zstd {
                    frame.decoder.reinit()?;
                    frame.is_open = true;
                }
                return Ok(Filled::Text);
            }
            if head[1..4] != SKIPPABLE_MAGIC || head[0] >> 4 != 5 {
                return Ok(Filled::Damaged("there is no zstd frame".to_owned()));
            }
            let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
            self.offset = begin + 8 + u64::from(len);
            self.file.seek(SeekFrom::Start(self.offset))?;
        }
    }

    fn read_up_to(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut got = 0;
        let len = out.len().min(left(self.end, self.offset));
        while got < len {
            match self.file.read(&mut out[got..len])? {
                0 => break,
                len => got += len,
            }
        }
        self.offset += got as u64;
        Ok(got)
    }
}
