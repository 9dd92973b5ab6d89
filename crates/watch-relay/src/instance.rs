//! One pipeline on one cluster: reads its events, delivers them, and commits what was delivered.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use watch_durable::{DurableError, DurableStream, EventMark};
use watch_protocol::backoff::Backoff;
use watch_protocol::error::one_line;
use watchable_core::DynamicObject;

use crate::converter::Converter;
use crate::outlet::{Delivery, Ended, Outlet};
use crate::reading::Read;
use crate::sink::SinkError;

/// After how many events, and after what time at the latest, what was delivered is committed.
pub(crate) const COMMIT_EVENTS: usize = 1_000;
pub(crate) const COMMIT_INTERVAL: Duration = Duration::from_secs(1);

/// A pipeline on a cluster.
pub(crate) struct Instance {
    pub(crate) events: DurableStream<DynamicObject>,
    pub(crate) converter: Converter,
    pub(crate) outlet: Outlet,
    /// Whether a commit stores what was delivered, too.
    pub(crate) is_transaction: bool,
}

impl Instance {
    /// Relays until a shutdown is requested or the stream fails.
    pub(crate) async fn run(mut self) -> Ended {
        let ended = self.relay().await;
        self.outlet.sink.close().await;
        ended
    }

    async fn relay(&mut self) -> Ended {
        // So that a sink that cannot be used is reported before the first event.
        if let Err(ended) = self.outlet.open().await {
            return ended;
        }
        let mut uncommitted = 0;
        let mut committed = Instant::now();
        // What was read while the batch before was on its way.
        let mut ahead = Read::default();
        loop {
            let due = committed + COMMIT_INTERVAL;
            let read = match std::mem::take(&mut ahead) {
                read if read.is_empty() => self.next(uncommitted > 0, due).await,
                read => Some(read),
            };
            let Some(Read { messages, times, events, last, end, .. }) = read else {
                return self.commit(None).await.err().unwrap_or(Ended::ShutDown);
            };
            if events > 0 {
                self.outlet.status.buffered(times);
                let mut delivery = Delivery::new(messages);
                let delivered = if self.is_transaction {
                    self.deliver_in_a_transaction(&mut delivery).await
                } else {
                    uncommitted += events;
                    self.deliver(&mut delivery, &mut ahead, end.is_none()).await
                };
                if let Err(ended) = delivered {
                    return ended;
                }
                self.outlet.status.delivered(self.outlet.sink.name(), &delivery.batch);
            }
            let is_due = uncommitted > 0 && Instant::now() >= due;
            if uncommitted >= COMMIT_EVENTS || is_due || end.is_some() {
                let up_to = last.filter(|_| !ahead.is_empty());
                if let Err(ended) = self.commit(up_to).await {
                    return ended;
                }
                uncommitted = 0;
                committed = Instant::now();
            }
            if let Some(error) = end {
                return Ended::Failed(error);
            }
        }
    }

    /// Returns what is read next; nothing if what was delivered is to be committed before that. `None` if a shutdown is
    /// requested.
    async fn next(&mut self, has_uncommitted: bool, due: Instant) -> Option<Read> {
        let Self { events, converter, outlet, .. } = self;
        let mut next = Read::default();
        let idle = async { if has_uncommitted { sleep_until(due).await } else { pending().await } };
        tokio::select! {
            biased;
            _ = outlet.shutdown.requested() => return None,
            () = next.read(events, converter, &outlet.status) => {}
            () = idle => {}
        }
        Some(next)
    }

    /// Delivers a batch, and reads ahead meanwhile, so that the sink's work and ours go on at once. Where old objects are
    /// kept, which are committed with the stream, nothing is read ahead.
    async fn deliver(
        &mut self,
        delivery: &mut Delivery,
        ahead: &mut Read,
        may_read: bool,
    ) -> Result<(), Ended> {
        let Self { events, converter, outlet, .. } = self;
        let may_read =
            may_read && !converter.keeps_old_objects() && !outlet.shutdown.is_requested();
        let status = Arc::clone(&outlet.status);
        let mut delivering = pin!(outlet.deliver(delivery));
        loop {
            tokio::select! {
                biased;
                delivered = &mut delivering => return delivered,
                () = ahead.read(events, converter, &status), if may_read && !ahead.is_full() => {}
            }
        }
    }

    /// Delivers a batch and commits it; tries again, all of it, until both succeed.
    async fn deliver_in_a_transaction(&mut self, delivery: &mut Delivery) -> Result<(), Ended> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        loop {
            self.outlet.deliver(delivery).await?;
            let Err(error) = self.events.commit().await else { return Ok(()) };
            delivery.batch.reset();
            self.outlet.is_open = false;
            self.outlet.wait_after(&of_commit(error), &mut backoff, &mut rng).await?;
        }
    }

    /// Commits up to an event, or everything that was read; tries again until that succeeds.
    async fn commit(&mut self, up_to: Option<EventMark>) -> Result<(), Ended> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        loop {
            let committed = match up_to {
                Some(last) => self.events.commit_up_to_mark(last).await,
                None => self.events.commit().await,
            };
            let Err(error) = committed else { break };
            self.outlet.wait_after(&of_commit(error), &mut backoff, &mut rng).await?;
        }
        self.outlet.status.ok();
        Ok(())
    }
}

/// A commit fails for good if another replica has taken over.
fn of_commit(error: DurableError) -> SinkError {
    let sources =
        std::iter::successors(Some(&error as &(dyn std::error::Error + 'static)), |error| {
            error.source()
        });
    let is_fenced = |error: &(dyn std::error::Error + 'static)| {
        error.downcast_ref().is_some_and(SinkError::is_fenced)
    };
    if sources.into_iter().any(is_fenced) {
        return SinkError::fenced(one_line(&error));
    }
    SinkError::new("what was delivered cannot be committed").with_source(error)
}
