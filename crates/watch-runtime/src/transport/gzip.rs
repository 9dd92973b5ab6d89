//! Decodes a response body in gzip as it arrives.
//!
//! Kubernetes compresses each event of a streaming list as a gzip member of its own since 1.37, and flushes it. So a body
//! has many members, and the data of one has to be available before the next one arrives.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures::{Stream, StreamExt as _, stream};
use watch_protocol::error::Source;

/// How much is decoded at once, in bytes. Deflate compresses by a factor of 1,032 at most, which bounds the
/// size of a decoded chunk.
const INPUT_BYTES: usize = 8 << 10;

/// Decodes a body in gzip. Each chunk is decoded as far as it goes.
pub(super) fn decode(
    body: impl Stream<Item = Result<Bytes, Source>> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<Bytes, Source>> + Send + Unpin + 'static {
    let state = (body, VecDeque::<Bytes>::new(), Decoder::default());
    Box::pin(stream::unfold(state, |(mut body, mut input, mut decoder)| async move {
        loop {
            let decoded = match input.pop_front() {
                Some(piece) => decoder.decode(&piece),
                None => match body.next().await {
                    Some(Ok(chunk)) => {
                        input.extend(pieces(chunk));
                        continue;
                    }
                    Some(Err(error)) => return Some((Err(error), (body, input, decoder))),
                    None => match decoder.finish() {
                        Ok(()) => return None,
                        Err(error) => Err(error),
                    },
                },
            };
            match decoded {
                Ok(chunk) if chunk.is_empty() => {}
                decoded => {
                    let chunk = decoded.map_err(Source::from);
                    return Some((chunk, (body, input, decoder)));
                }
            }
        }
    }))
}

fn pieces(mut chunk: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let size = chunk.len().min(INPUT_BYTES);
        (size > 0).then(|| chunk.split_to(size))
    })
}

/// A decoder of any number of members.
#[derive(Debug, Default)]
struct Decoder {
    /// None before the first byte, and after the end or an error.
    members: Option<MultiGzDecoder<Vec<u8>>>,
    is_finished: bool,
}

impl Decoder {
    fn decode(&mut self, input: &[u8]) -> io::Result<Bytes> {
        if self.is_finished {
            return Ok(Bytes::new());
        }
        let members = self.members.get_or_insert_with(|| MultiGzDecoder::new(Vec::new()));
        let written = members.write_all(input).and_then(|()| members.flush());
        if let Err(error) = written {
            self.is_finished = true;
            return Err(invalid(&error));
        }
        Ok(std::mem::take(members.get_mut()).into())
    }

    /// Fails once if the body ends within a member.
    fn finish(&mut self) -> io::Result<()> {
        self.is_finished = true;
        match self.members.take() {
            Some(mut members) => members.try_finish().map_err(|error| invalid(&error)),
            // An empty body.
            None => Ok(()),
        }
    }
}

fn invalid(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("the gzip body is invalid or truncated: {error}"))
}
