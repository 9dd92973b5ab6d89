//! A streamed body of known size.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// A body that tells its size in bytes as the least, so that it is still sent in chunks, as real servers send
/// large lists.
pub(super) struct SizedBody<B> {
    pub(super) body: B,
    /// What is left.
    pub(super) bytes: u64,
}

impl<B: Body<Data = Bytes> + Unpin> Body for SizedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            let sent = u64::try_from(data.len()).unwrap_or(u64::MAX);
            self.bytes = self.bytes.saturating_sub(sent);
        }
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.bytes);
        hint
    }
}
