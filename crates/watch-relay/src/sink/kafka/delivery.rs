//! The delivery of one batch: what is on its way, and what became of it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use rdkafka::error::KafkaError;
use tokio::time::timeout;

use super::client::Client;
use super::failure::Failure;
use super::record::Parts;
use super::target::Target;
use super::topics::{Topics, unreachable};
use crate::batch::Batch;
use crate::form::partition_key;
use crate::message::Message;
use crate::sink::SinkError;

/// After how many waits in vain a producer is replaced. Brokers may have lost what they knew of it.
const MAX_WAITS: u32 = 6;

/// Records by their places in the batch. It outlives errors: what is on its way is waited for again.
#[derive(Default)]
pub(super) struct Delivery {
    on_their_way: FuturesUnordered<BoxFuture<'static, (usize, Result<(), KafkaError>)>>,
    done: BTreeMap<usize, Result<(), Failure>>,
    /// The places and identities of all that was sent, and not settled.
    sent: BTreeMap<usize, Sent>,
    /// Whether records are sent one by one: several together were too large.
    is_alone: bool,
    /// How often nothing was acknowledged in time, since something was.
    waits: u32,
}

struct Sent {
    id: Arc<str>,
    topic: String,
}

impl Delivery {
    /// Returns whether it is one of other messages than these.
    pub(super) fn is_of_another(&self, batch: &Batch) -> bool {
        let messages = batch.messages();
        self.sent
            .iter()
            .any(|(at, sent)| messages.get(*at).is_none_or(|message| message.id != sent.id))
    }

    /// Returns whether its producer gets nothing stored, although brokers answer.
    pub(super) fn is_hopeless(&self) -> bool {
        self.waits >= MAX_WAITS
    }

    /// Forgets what is on its way: its producer is gone.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Delivers what is pending.
    ///
    /// # Errors
    ///
    /// Fails if records were not stored, or if it is not known whether they were. Those that are on their way then are
    /// waited for by the next call.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost or sent twice.
    pub(super) async fn run(
        &mut self,
        client: &Client,
        target: &Target,
        topics: &mut Topics,
        batch: &mut Batch,
    ) -> Result<(), SinkError> {
        loop {
            if self.sent.is_empty() {
                self.send(client, target, topics, batch).await?;
                if self.sent.is_empty() {
                    self.is_alone = false;
                    return Ok(());
                }
            }
            self.wait(client, target).await?;
            self.settle(target, batch).map_err(|error| match client.fatal_error() {
                Some(reason) => SinkError::new(format!(
                    "{}: {reason}; the producer is replaced by another one",
                    target.name
                )),
                None => error,
            })?;
        }
    }

    /// Sends what is pending, or the first of it.
    async fn send(
        &mut self,
        client: &Client,
        target: &Target,
        topics: &mut Topics,
        batch: &mut Batch,
    ) -> Result<(), SinkError> {
        let mut refused = Vec::new();
        let mut to_send = Vec::new();
        for (at, message) in batch.pending() {
            match target.template.topic(message) {
                Ok(topic) => to_send.push((at, topic)),
                Err(reason) => refused.push((at, reason)),
            }
        }
        for (at, reason) in refused {
            batch.refused(at, reason);
        }
        if self.is_alone {
            to_send.truncate(1);
        }
        for (_, topic) in &to_send {
            topics.ensure(client, target, topic).await?;
        }
        // Nothing is awaited from here on, so that all of it is sent or nothing.
        for (at, topic) in to_send {
            self.send_one(client, target, &batch.messages()[at], at, topic);
        }
        Ok(())
    }

    fn send_one(
        &mut self,
        client: &Client,
        target: &Target,
        message: &Message,
        at: usize,
        topic: String,
    ) {
        let parts = Parts::of(message);
        match client.producer.send_result(parts.record(&topic, message)) {
            Ok(delivery) => {
                let outcome = async move {
                    let outcome = match delivery.await {
                        Ok(Ok(_)) => Ok(()),
                        Ok(Err((error, _))) => Err(error),
                        Err(_) => Err(KafkaError::Canceled),
                    };
                    (at, outcome)
                };
                self.on_their_way.push(outcome.boxed());
            }
            Err((error, _)) => {
                self.done.insert(at, Err(target.failure(&topic, &error)));
            }
        }
        self.sent.insert(at, Sent { id: Arc::clone(&message.id), topic });
    }

    /// Waits for all that is on its way.
    async fn wait(&mut self, client: &Client, target: &Target) -> Result<(), SinkError> {
        loop {
            let next = tokio::select! {
                biased;
                next = timeout(target.timeout, self.on_their_way.next()) => next,
                () = client.notices.stuck() => {
                    return Err(unreachable(client, target, "no broker can be reached"));
                }
            };
            let Ok(next) = next else {
                self.waits += 1;
                let text = format!(
                    "nothing was acknowledged for {} s, and {} records wait for it",
                    target.timeout.as_secs(),
                    self.on_their_way.len()
                );
                return Err(unreachable(client, target, &text));
            };
            let Some((at, outcome)) = next else { return Ok(()) };
            if outcome.is_ok() {
                client.notices.succeeded();
                self.waits = 0;
            }
            let topic = &self.sent[&at].topic;
            let outcome = outcome.map_err(|error| target.failure(topic, &error));
            self.done.insert(at, outcome);
        }
    }

    /// Records what became of what was sent. After one that failed, those of its object are left pending.
    fn settle(&mut self, target: &Target, batch: &mut Batch) -> Result<(), SinkError> {
        let was_single = self.sent.len() == 1;
        let sent = std::mem::take(&mut self.sent);
        let mut failed = HashSet::new();
        let mut first_error = None;
        for (at, outcome) in std::mem::take(&mut self.done) {
            let key = partition_key(&batch.messages()[at]);
            match outcome {
                Ok(()) if !failed.contains(&key) => batch.stored(at),
                Ok(()) => {}
                Err(Failure::Refused(reason)) => batch.refused(at, reason),
                Err(Failure::TooLarge) if was_single => {
                    let size = batch.messages()[at].payload.body.len();
                    batch.refused(at, target.too_large(&sent[&at].topic, size));
                }
                Err(Failure::TooLarge) => {
                    self.is_alone = true;
                    failed.insert(key);
                }
                Err(Failure::Failed(error)) => {
                    failed.insert(key);
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    }
}
