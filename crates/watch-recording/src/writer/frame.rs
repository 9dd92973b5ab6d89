//! Compresses text in zstd frames.

use std::io;

use zstd::stream::raw::{CParameter, Encoder, InBuffer, Operation as _, OutBuffer};

/// How much text a frame has, from which on it is full.
const FULL: u64 = 2 << 20;
/// As fast as the events of a busy cluster need; higher levels make Pods smaller by a fifth for thrice the time.
const LEVEL: i32 = 3;
const CHUNK: usize = 32 << 10;

/// Writes one frame after the other.
pub(super) struct Frame {
    encoder: Encoder<'static>,
    /// How much text it has; 0 if it is not begun.
    text: u64,
    scratch: Vec<u8>,
}

impl Frame {
    pub(super) fn new() -> io::Result<Self> {
        let mut encoder = Encoder::new(LEVEL)?;
        encoder.set_parameter(CParameter::ChecksumFlag(true))?;
        Ok(Self { encoder, text: 0, scratch: vec![0; CHUNK] })
    }

    /// Compresses text. Some of it may stay in the encoder.
    pub(super) fn write(&mut self, text: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.text += text.len() as u64;
        let mut input = InBuffer::around(text);
        while input.pos() < text.len() {
            self.step(out, |encoder, output| encoder.run(&mut input, output))?;
        }
        Ok(())
    }

    /// Ends a block, so that all text can be decompressed.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        while self.text > 0 && self.step(out, Encoder::flush)? > 0 {}
        Ok(())
    }

    /// Ends the frame, if it is begun.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.text == 0 {
            return Ok(());
        }
        while self.step(out, |encoder, output| encoder.finish(output, true))? > 0 {}
        self.text = 0;
        self.encoder.reinit()
    }

    /// Whether the frame should be ended.
    pub(super) fn is_full(&self) -> bool {
        self.text >= FULL
    }

    /// Runs a step of the encoder and appends what it has written.
    fn step(
        &mut self,
        out: &mut Vec<u8>,
        step: impl FnOnce(&mut Encoder<'static>, &mut OutBuffer<'_, [u8]>) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut output = OutBuffer::around(self.scratch.as_mut_slice());
        let result = step(&mut self.encoder, &mut output);
        let written = output.pos();
        out.extend_from_slice(&self.scratch[..written]);
        result
    }
}
