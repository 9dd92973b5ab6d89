//! One pipeline on one cluster: reads its events, delivers them, and commits what was delivered.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use watch_durable::{DurableError, DurableStream};
use watch_protocol::backoff::Backoff;
use watch_protocol::error::one_line;
use watchable_core::DynamicObject;

use crate::batch::Batch;
use crate::converter::Converter;
use crate::dead_letters::DeadLetters;
use crate::message::Message;
use crate::reading::{Read, read};
use crate::shutdown::Shutdown;
use crate::sink::{Fence, Sink, SinkError};
use crate::status::InstanceStatus;
use crate::tenure::Tenure;

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
                _ = self.shutdown.requested() => None,
                read = read(&mut self.events, &mut self.converter, &self.status) => Some(read),
                () = idle => Some(Read::default()),
            };
            let Some(Read { events, messages, times, end }) = read else {
                return self.commit().await.err().unwrap_or(Ended::ShutDown);
            };
            if events > 0 {
                uncommitted += events;
                self.status.buffered(times);
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
            let source = match self.dead_letters.write(names, message, reason) {
                Ok(is_kept) => {
                    if is_kept {
                        self.status.kept_refused();
                    }
                    return Ok(());
                }
                Err(error) => error,
            };
            let path = self.dead_letters.path().unwrap_or_default();
            let error = SinkError::new(format!("cannot write dead letters to {}", path.display()));
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
            _ = self.shutdown.requested() => Err(Ended::ShutDown),
        }
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
