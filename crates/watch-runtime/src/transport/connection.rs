//! The tracing span of one connection, with counts of received bytes and events.

use tracing::Span;
use watch_protocol::Cause;
use watch_protocol::machine::Purpose;

/// The span and counters of a stream's newest connection.
///
/// Bodies, tokens and URLs are never logged: the URL of a list's next page contains the `continue` token.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) span: Span,
    open: bool,
    bytes: u64,
    events: u64,
}

impl Connection {
    /// Before the first request.
    pub(crate) fn none() -> Self {
        Self { span: Span::none(), open: false, bytes: 0, events: 0 }
    }

    /// Logs that a request is sent. A request with a cause is a restart.
    pub(crate) fn open(span: Span, purpose: Purpose, cause: Option<Cause>) -> Self {
        let request = purpose.as_str();
        if let Some(cause) = cause {
            tracing::debug!(parent: &span, %cause, "restarting");
        } else {
            tracing::debug!(parent: &span, request, "sending request");
        }
        Self { span, open: true, bytes: 0, events: 0 }
    }

    pub(crate) fn record_bytes(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    pub(crate) fn record_event(&mut self) {
        self.events += 1;
    }

    /// Logs once that the connection is closed; a cause says why another request follows.
    pub(crate) fn close(&mut self, cause: Option<Cause>) {
        if std::mem::take(&mut self.open) {
            let cause = cause.map_or("none", Cause::as_str);
            let (bytes, events) = (self.bytes, self.events);
            tracing::debug!(parent: &self.span, cause, bytes, events, "connection closed");
        }
    }
}
