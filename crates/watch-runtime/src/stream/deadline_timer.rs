//! A timer for a deadline that is postponed often and rarely reached.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::time::Sleep;

/// Wakes a task at a deadline that every received chunk postpones.
///
/// Resetting a timer for each event would cost more than the event. A pending timer is therefore left
/// to fire at the earlier deadline, and only then is the current deadline checked.
#[derive(Debug, Default)]
pub(crate) struct DeadlineTimer(Option<Pin<Box<Sleep>>>);

impl DeadlineTimer {
    /// Ready at the deadline or earlier: the caller has to compare it with the current time.
    pub(crate) fn poll(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = deadline else { return Poll::Pending };
        let deadline = tokio::time::Instant::from_std(deadline);
        let sleep = match &mut self.0 {
            Some(sleep) if sleep.deadline() <= deadline => sleep,
            slot => slot.insert(Box::pin(tokio::time::sleep_until(deadline))),
        };
        ready!(sleep.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(())
    }
}
