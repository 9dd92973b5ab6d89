//! What is told of one connection: a span, and in it how it went and what it brought.

use tracing::Span;

use crate::protocol::machine::Purpose;
use crate::protocol::status::Cause;

/// The newest connection of a stream. It tells of no body, no token, and no URL: the URL of a list's
/// next page has the token that continues it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) span: Span,
    open: bool,
    bytes: u64,
    events: u64,
}

impl Connection {
    /// None yet.
    pub(crate) fn none() -> Self {
        Self { span: Span::none(), open: false, bytes: 0, events: 0 }
    }

    /// Something is asked for, again where there is a cause.
    pub(crate) fn asked(span: Span, purpose: Purpose, cause: Option<Cause>) -> Self {
        let what = purpose.as_str();
        if let Some(cause) = cause {
            tracing::debug!(parent: &span, %cause, "asking again");
        } else {
            tracing::debug!(parent: &span, what, "asking");
        }
        Self { span, open: true, bytes: 0, events: 0 }
    }

    pub(crate) fn received(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    pub(crate) fn delivered(&mut self) {
        self.events += 1;
    }

    /// It is no longer used; a cause is why something else has to be asked for. Told once.
    pub(crate) fn over(&mut self, cause: Option<Cause>) {
        if std::mem::take(&mut self.open) {
            let cause = cause.map_or("none", Cause::as_str);
            let (bytes, events) = (self.bytes, self.events);
            tracing::debug!(parent: &self.span, cause, bytes, events, "over");
        }
    }
}
