//! One pipeline on one cluster: reads its events, delivers them, and commits what was delivered.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use tokio::time::{Instant, sleep};
use watch_durable::{DurableError, DurableStream};
use watch_protocol::backoff::Backoff;
use watch_protocol::error::one_line;
use watchable_core::DynamicObject;

use crate::batch::Batch;
use crate::converter::Converter;
use crate::dead_letters::DeadLetters;
use crate::message::Message;
use crate::shutdown::Shutdown;
use crate::sink::{Fence, Sink, SinkError};
use crate::status::InstanceStatus;
use crate::tenure::Tenure;

/// The most events and the most bytes that are delivered together.
pub(crate) const BATCH_EVENTS: usize = 512;
const BATCH_BYTES: usize = 4 << 20;
/// After how many events, and after what time at the latest, what was delivered is committed.
pub(crate) const COMMIT_EVENTS: usize = 1_000;
pub(crate) const COMMIT_INTERVAL: Duration = Duration::from_secs(1);

/// A pipeline on a cluster.
pub(crate) struct Instance {
    pub(crate) name: Arc<str>,
    pub(crate) events: DurableStream<DynamicObject>,
    pub(crate) converter: Converter,
    pub(crate) sink: Box<dyn Sink>,
    /// Whether it was opened, and nothing has failed since.
    pub(crate) is_open: bool,
    /// Whether a commit stores what was delivered, too.
    pub(crate) is_transaction: bool,
    pub(crate) tenure: Option<Tenure>,
    pub(crate) fence: Option<Fence>,
    pub(crate) dead_letters: DeadLetters,
    pub(crate) status: Arc<InstanceStatus>,
    pub(crate) shutdown: Shutdown,
}

/// Why an instance ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// A shutdown was requested.
    ShutDown,
    /// Another replica has taken over.
    Fenced(String),
    /// Its stream has failed.
    Failed(DurableError),
}

/// What was read.
struct Read {
    events: usize,
    messages: Vec<Message>,
    /// Why the stream has ended, if it has.
    end: Option<DurableError>,
}

impl Instance {
    /// Relays until a shutdown is requested or the stream fails.
    pub(crate) async fn run(mut self) -> Ended {
        let ended = self.relay().await;
        self.sink.close().await;
        ended
    }

    async fn relay(&mut self) -> Ended {
        // So that a sink that cannot be used is reported before the first event.
        if let Err(ended) = self.open().await {
            return ended;
        }
        let mut uncommitted = 0;
        let mut committed = Instant::now();
        loop {
            let due = committed + COMMIT_INTERVAL;
            let idle = async {
                match uncommitted {
                    0 => std::future::pending().await,
                    _ => tokio::time::sleep_until(due).await,
                }
            };
            let read = tokio::select! {
                biased;
                () = self.shutdown.requested() => None,
                read = read(&mut self.events, &mut self.converter, &self.status) => Some(read),
                () = idle => Some(Read { events: 0, messages: Vec::new(), end: None }),
            };
            let Some(Read { events, messages, end }) = read else {
                return self.commit().await.err().unwrap_or(Ended::ShutDown);
            };
            if events > 0 {
                uncommitted += events;
                if let Err(ended) = self.deliver(Batch::new(messages)).await {
                    return ended;
                }
                if self.is_transaction {
                    uncommitted = 0;
                }
            }
            if uncommitted >= COMMIT_EVENTS || uncommitted > 0 && Instant::now() >= due {
                if let Err(ended) = self.commit().await {
                    return ended;
                }
                uncommitted = 0;
                committed = Instant::now();
            }
            if let Some(error) = end {
                return self.commit().await.err().unwrap_or(Ended::Failed(error));
            }
        }
    }

    /// Opens the sink; tries again until it succeeds.
    async fn open(&mut self) -> Result<(), Ended> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        loop {
            match self.sink.open(self.fence.as_ref()).await {
                Ok(()) => {
                    self.is_open = true;
                    self.status.opened();
                    return Ok(());
                }
                Err(error) => self.wait_after(&error, &mut backoff, &mut rng).await?,
            }
        }
    }

    /// Delivers a batch; tries again until the sink has all of it, or has refused it. With a transaction, it is committed.
    async fn deliver(&mut self, mut batch: Batch) -> Result<(), Ended> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        let mut kept = 0;
        loop {
            self.check_tenure()?;
            let mut delivered =
                if self.is_open { Ok(()) } else { self.sink.open(self.fence.as_ref()).await };
            self.is_open = delivered.is_ok();
            if delivered.is_ok() && !batch.is_done() {
                delivered = self.sink.deliver(&mut batch).await;
            }
            if delivered.is_ok() {
                // Before the commit, after which it does not come again.
                for (message, reason) in batch.refusals().skip(kept) {
                    self.keep_refused(message, reason).await?;
                }
                kept = batch.refusals().count();
            }
            if delivered.is_ok() && self.is_transaction {
                delivered = self.events.commit().await.map_err(|error| {
                    batch.reset();
                    of_commit(error)
                });
            }
            match delivered {
                Ok(()) => break,
                Err(error) => {
                    self.is_open = false;
                    self.wait_after(&error, &mut backoff, &mut rng).await?;
                }
            }
        }
        self.status.delivered(self.sink.name(), &batch);
        Ok(())
    }

    /// Writes a refused message into the file of dead letters; tries again until that succeeds.
    async fn keep_refused(&mut self, message: &Message, reason: &str) -> Result<(), Ended> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        tracing::error!(
            pipeline = &*self.name,
            sink = self.sink.name(),
            id = &*message.id,
            object = message.path(),
            reason,
            "the sink refuses a message for good"
        );
        loop {
            let names = (&*self.name, self.sink.name());
            let Err(source) = self.dead_letters.write(names, message, reason) else {
                return Ok(());
            };
            let path = self.dead_letters.path().unwrap_or("".as_ref()).display();
            let error = SinkError::new(format!("cannot write dead letters to {path}"));
            self.wait_after(&error.with_source(source), &mut backoff, &mut rng).await?;
        }
    }

    /// Commits what was delivered; tries again until that succeeds.
    async fn commit(&mut self) -> Result<(), Ended> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        while let Err(error) = self.events.commit().await {
            let error = of_commit(error);
            self.wait_after(&error, &mut backoff, &mut rng).await?;
        }
        self.status.ok();
        Ok(())
    }

    /// Ends if the Lease of the shard has expired.
    fn check_tenure(&self) -> Result<(), Ended> {
        match &self.tenure {
            Some(tenure) if !tenure.is_valid() => {
                Err(Ended::Fenced(format!("the Lease of {tenure} is not held any more")))
            }
            _ => Ok(()),
        }
    }

    /// Reports an error and waits. Ends if that is for the better.
    async fn wait_after(
        &mut self,
        error: &SinkError,
        backoff: &mut Backoff,
        rng: &mut fastrand::Rng,
    ) -> Result<(), Ended> {
        let text = one_line(error);
        if error.is_fenced() {
            return Err(Ended::Fenced(text));
        }
        let wait = backoff.next(error.retry_after(), rng);
        if self.status.sink_failed(&text) {
            let wait = wait.as_secs_f32();
            tracing::warn!(pipeline = &*self.name, "{text}; trying again in {wait:.1} s");
        }
        tokio::select! {
            () = sleep(wait) => Ok(()),
            // What was not delivered comes again with the next start.
            () = self.shutdown.requested() => Err(Ended::ShutDown),
        }
    }
}

/// Reads what there is, at least one event.
///
/// # Cancel safety
///
/// What was read is lost if the future is dropped after its first event; it is never pending after that.
async fn read(
    events: &mut DurableStream<DynamicObject>,
    converter: &mut Converter,
    status: &InstanceStatus,
) -> Read {
    let mut read = Read { events: 0, messages: Vec::new(), end: None };
    let mut bytes = 0;
    let mut next = pin!(events.next()).await;
    loop {
        match next {
            Some(Ok(event)) => {
                read.events += 1;
                status.received(&event);
                if let Some(message) = converter.convert(&event) {
                    bytes += message.payload.body.len();
                    read.messages.push(message);
                }
            }
            // It was reported by the stream, and the object's next version comes again.
            Some(Err(error)) if !error.is_terminal() => {
                tracing::warn!(error = one_line(&error), "an object cannot be read");
                status.unreadable();
            }
            Some(Err(error)) => read.end = Some(error),
            None => return read,
        }
        let is_full = read.events >= BATCH_EVENTS || bytes >= BATCH_BYTES;
        if is_full || read.end.is_some() {
            return read;
        }
        next = match events.next().now_or_never() {
            Some(next) => next,
            None if read.events > 0 => return read,
            None => events.next().await,
        };
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
