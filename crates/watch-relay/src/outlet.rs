//! The side of a pipeline that delivers: its sink, which it opens again after errors, and the file of dead letters.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use watch_durable::DurableError;
use watch_protocol::backoff::Backoff;
use watch_protocol::error::one_line;

use crate::batch::Batch;
use crate::dead_letters::DeadLetters;
use crate::message::Message;
use crate::shutdown::Shutdown;
use crate::sink::{Fence, Sink, SinkError};
use crate::status::InstanceStatus;
use crate::tenure::Tenure;

/// Delivers batches.
pub(crate) struct Outlet {
    pub(crate) name: Arc<str>,
    pub(crate) sink: Box<dyn Sink>,
    /// Whether it was opened, and nothing has failed since.
    pub(crate) is_open: bool,
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

/// A batch on its way, with how many of its refused messages are in the file of dead letters.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) batch: Batch,
    kept: usize,
}

impl Delivery {
    pub(crate) fn new(messages: Vec<Message>) -> Self {
        Self { batch: Batch::new(messages), kept: 0 }
    }
}

impl Outlet {
    /// Opens the sink; tries again until it succeeds.
    pub(crate) async fn open(&mut self) -> Result<(), Ended> {
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

    /// Delivers a batch; tries again until the sink has all of it, or has refused it.
    pub(crate) async fn deliver(&mut self, delivery: &mut Delivery) -> Result<(), Ended> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        let Delivery { batch, kept } = delivery;
        loop {
            self.check_tenure()?;
            let mut delivered =
                if self.is_open { Ok(()) } else { self.sink.open(self.fence.as_ref()).await };
            self.is_open = delivered.is_ok();
            if delivered.is_ok() && !batch.is_done() {
                delivered = self.sink.deliver(batch).await;
            }
            match delivered {
                Ok(()) => break,
                Err(error) => {
                    self.is_open = false;
                    self.wait_after(&error, &mut backoff, &mut rng).await?;
                }
            }
        }
        // Before the commit, after which it does not come again.
        for (message, reason) in batch.refusals().skip(*kept) {
            self.keep_refused(message, reason).await?;
            *kept += 1;
        }
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
    pub(crate) async fn wait_after(
        &mut self,
        error: &SinkError,
        backoff: &mut Backoff,
        rng: &mut fastrand::Rng,
    ) -> Result<(), Ended> {
        let text = one_line(error);
        if error.is_fenced() {
            return Err(Ended::Fenced(text));
        }
        let wait = wait_time(error, backoff, rng);
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

/// Returns how long to wait: a sink that asks for a time has limited it by its own settings.
fn wait_time(error: &SinkError, backoff: &mut Backoff, rng: &mut fastrand::Rng) -> Duration {
    backoff.next(None, rng).max(error.retry_after().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_a_sink_asks_for_is_waited_for_however_long_it_is() {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::with_seed(1));
        let hour = Duration::from_hours(1);
        let error = SinkError::new("busy").with_retry_after(hour);
        assert_eq!(wait_time(&error, &mut backoff, &mut rng), hour);
        let error = SinkError::new("broken");
        assert!(wait_time(&error, &mut backoff, &mut rng) <= Duration::from_secs(30));
    }
}
