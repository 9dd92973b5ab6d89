//! Sends messages several at a time, those about one object one after the other.

use std::collections::hash_map::DefaultHasher;
use std::hash::{BuildHasher as _, BuildHasherDefault};
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderMap;

use super::answer::Answer;
use super::client::Client;
use super::endpoint::Endpoint;
use crate::form;
use crate::message::Message;
use crate::sink::SinkError;

/// A message and its place.
type Entry<'a> = (usize, &'a Message);

/// What became of messages: stored, or refused and why; and the error of the first that failed, if any did.
#[derive(Default)]
pub(super) struct Outcomes {
    pub(super) known: Vec<(usize, Result<(), String>)>,
    pub(super) error: Option<SinkError>,
}

/// Sends messages. After a failure no further requests begin.
pub(super) async fn send(
    client: &Client,
    headers: &HeaderMap,
    messages: impl Iterator<Item = Entry<'_>>,
) -> Outcomes {
    let concurrency = client.endpoint.concurrency;
    let mut queues = vec![Vec::new(); concurrency];
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    for (at, message) in messages {
        let object = (&message.cluster, &message.resource, &message.namespace, &message.name);
        let queue = hasher.hash_one(object) % concurrency as u64;
        queues[usize::try_from(queue).unwrap_or_default()].push((at, message));
    }
    let has_failed = AtomicBool::new(false);
    let queues = queues.iter().enumerate().filter(|(_, queue)| !queue.is_empty());
    let queues = queues.map(|(number, queue)| run(client, headers, number, queue, &has_failed));
    let mut outcomes = Outcomes::default();
    for queue in futures::future::join_all(queues).await {
        outcomes.known.extend(queue.known);
        // What is to wait longest counts.
        outcomes.error = match (outcomes.error, queue.error) {
            (Some(one), Some(other)) if one.retry_after() >= other.retry_after() => Some(one),
            (one, other) => other.or(one),
        };
    }
    outcomes
}

async fn run(
    client: &Client,
    headers: &HeaderMap,
    number: usize,
    queue: &[Entry<'_>],
    has_failed: &AtomicBool,
) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut rest = queue;
    while !rest.is_empty() {
        let (request, others) = rest.split_at(length(&client.endpoint, rest));
        rest = others;
        // If several are refused, each half of them is sent, and so on: in order.
        let mut stack = vec![request];
        while let Some(entries) = stack.pop() {
            if has_failed.load(Ordering::Relaxed) {
                return outcomes;
            }
            let joined;
            let payload = if let [(_, message)] = entries {
                &message.payload
            } else {
                let payloads = entries.iter().map(|(_, message)| &message.payload);
                let Some(payload) = form::join(payloads) else {
                    stack.extend(entries.chunks(1).rev());
                    continue;
                };
                joined = payload;
                &joined
            };
            match client.post(number, headers, payload).await {
                Answer::Stored => {
                    outcomes.known.extend(entries.iter().map(|(at, _)| (*at, Ok(()))));
                }
                Answer::Refused(reason) => match entries {
                    [(at, _)] => outcomes.known.push((*at, Err(reason))),
                    entries => {
                        let (first, second) = entries.split_at(entries.len() / 2);
                        stack.extend([second, first]);
                    }
                },
                Answer::Failed(error) => {
                    has_failed.store(true, Ordering::Relaxed);
                    outcomes.error = Some(error);
                    return outcomes;
                }
            }
        }
    }
    outcomes
}

/// Returns how many messages the next request has.
fn length(endpoint: &Endpoint, entries: &[Entry<'_>]) -> usize {
    let mut bytes = 0;
    let fits = entries.iter().take(endpoint.batch_size).take_while(|(_, message)| {
        bytes += message.payload.body.len() + 1;
        bytes <= endpoint.batch_bytes
    });
    fits.count().max(1)
}
