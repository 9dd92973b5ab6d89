//! Encodes the bodies of responses whose headers announce gzip.
//!
//! What ends an event ends a member of the stream: so each event of a watch is a member of its own, as
//! Kubernetes 1.37 sends them, and a list is a single member. Data without the end of its event stays in an
//! unfinished member. Whatever is available is sent before the body is waited for, or fails.

use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use hyper::body::{Body, Frame, SizeHint};

use crate::protobuf::FrameEnds;

/// The level of real servers since 1.22.
const LEVEL: Compression = Compression::new(1);

/// Encodes a body as the headers of its response announce.
pub(crate) fn encode<B: Body>(response: Response<B>) -> Response<Encoded<B>> {
    let gzip = response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let ends = FrameEnds::of(content_type);
    response.map(|body| {
        if gzip {
            let (member, error) = (None, None);
            Encoded::Gzip(GzipBody { body, ends, member, flushed: true, ended: false, error })
        } else {
            Encoded::Identity(body)
        }
    })
}

/// A body, encoded or not.
pub(crate) enum Encoded<B: Body> {
    Identity(B),
    Gzip(GzipBody<B>),
}

impl<B: Body<Data = Bytes> + Unpin> Body for Encoded<B>
where
    B::Error: Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.get_mut() {
            Self::Identity(body) => Pin::new(body).poll_frame(context),
            Self::Gzip(body) => body.poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Identity(body) => body.is_end_stream(),
            Self::Gzip(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Identity(body) => body.size_hint(),
            Self::Gzip(_) => SizeHint::default(),
        }
    }
}

/// A body in gzip.
pub(crate) struct GzipBody<B: Body> {
    body: B,
    ends: FrameEnds,
    /// The member that text has been written to. There is none between events, so that an idle watch holds no
    /// encoder.
    member: Option<GzEncoder<Vec<u8>>>,
    /// Whether the member's text has been sent.
    flushed: bool,
    ended: bool,
    /// The error with which the body ended.
    error: Option<B::Error>,
}

impl<B: Body<Data = Bytes> + Unpin> GzipBody<B> {
    fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        loop {
            if self.ended {
                return Poll::Ready(self.error.take().map(Err));
            }
            let encoded = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending if self.flushed => return Poll::Pending,
                Poll::Pending => self.flush(),
                Poll::Ready(None) => {
                    self.ended = true;
                    self.finish()
                }
                Poll::Ready(Some(Err(error))) => {
                    self.ended = true;
                    self.error = Some(error);
                    self.flush()
                }
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(text) => self.write(&text),
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
            };
            if !encoded.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(encoded))));
            }
        }
    }

    /// Encodes text; returns what is available of it.
    fn write(&mut self, text: &[u8]) -> Bytes {
        if text.is_empty() {
            return Bytes::new();
        }
        let member = self.member.get_or_insert_with(|| GzEncoder::new(Vec::new(), LEVEL));
        written(member.write_all(text));
        self.flushed = false;
        if self.ends.read_all(text) { self.finish() } else { self.available() }
    }

    /// Returns all that has been encoded, without the end of the member.
    fn flush(&mut self) -> Bytes {
        if !std::mem::replace(&mut self.flushed, true)
            && let Some(member) = &mut self.member
        {
            written(member.flush());
        }
        self.available()
    }

    /// Ends the member, if there is one.
    fn finish(&mut self) -> Bytes {
        self.flushed = true;
        self.member.take().map(|member| written(member.finish()).into()).unwrap_or_default()
    }

    fn available(&mut self) -> Bytes {
        self.member
            .as_mut()
            .map(|member| std::mem::take(member.get_mut()).into())
            .unwrap_or_default()
    }
}

fn written<T>(result: std::io::Result<T>) -> T {
    result.unwrap_or_else(|error| unreachable!("memory can be written to: {error}"))
}

#[cfg(test)]
mod tests;
