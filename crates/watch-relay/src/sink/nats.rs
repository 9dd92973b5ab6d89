//! The sink of NATS JetStream: each event is stored in a stream once, in order for each object.
//!
//! # How
//!
//! - **Order.** Messages of different objects are on their way together; of one object, a message is sent after the one
//!   before is acknowledged. So none is stored before an earlier one that failed.
//! - **Once.** The event's id is the message's `Nats-Msg-Id`, which the server recognises within the stream's duplicate
//!   window. Beyond it, opening the sink reads the last message of each subject, and each message is sent with the
//!   sequence that must be the last of its subject (`Nats-Expected-Last-Subject-Sequence`). If it is not, what is last
//!   there tells whether this very event, or a later one of the object, is stored. A connection that breaks costs such
//!   look-ups alone; the subjects are read again if the stream was replaced or lost messages, and if the fence was taken
//!   again.
//!   With a stream in memory on a server before 2.10, which takes milliseconds to find the last of a subject, and without
//!   a fence, the sequence is sent only with messages that may have been sent before.
//! - **Shards** are parts of the objects by uid, so that an object which is recreated under the same name may be another
//!   replica's. Then what was stored of one lifetime says nothing about another, and of a subject only the last one's is
//!   known: an event of an earlier lifetime that comes again beyond the duplicate window is stored twice, unless the
//!   template has `{uid}`.
//! - **Versions that go back.** If the API server was restored from a backup, what a comparison then finds is stored.
//!   Objects that are created after that at versions which were used before are recognised by mistake if one of the same
//!   name was stored at a higher version: raise the revision on restoring, as etcd's guide says (`--bump-revision`).
//! - **Former holders** of a shard are kept out as [`Fence`]: each holder writes its epoch into the stream
//!   `STREAM-fences`, and looks there at least once a second while it delivers. What a former holder sends within that
//!   second is refused by the server if the subject has moved on, and else is stored once. With `{type}` in the template
//!   an object has three subjects, so that such a message and one of the new holder's may be stored in the wrong order;
//!   without it they cannot.

mod config;
mod error;
mod fence;
mod marks;
mod publish;
mod rejected;
mod scan;
mod subject;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use async_nats::jetstream::stream::{Info, StorageType, Stream};
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};

use crate::batch::Batch;
use crate::nats::{Connection, stream_of};
use crate::sink::{Fence, Sink, SinkError};

pub use config::{Discard, NatsConfig, NatsStream};
use fence::FenceRecord;
use marks::Marks;
use publish::{Outcome, Publisher};
use subject::Template;

/// Stores events in a stream of NATS JetStream.
#[derive(Debug)]
pub struct NatsSink {
    config: NatsConfig,
    template: Template,
    name: String,
    connection: Option<Connection>,
    stream: Option<Stream<Info>>,
    fence: Option<FenceRecord>,
    /// What was read when the sink was opened, and has been stored since.
    marks: Option<Mutex<Marks>>,
    /// With which fence the marks were read.
    marks_fence: Option<Fence>,
}

impl NatsSink {
    /// Creates a sink. It connects when it is opened.
    ///
    /// # Errors
    ///
    /// Fails if the address or the template of subjects is malformed.
    pub fn new(config: NatsConfig) -> Result<Self, SinkError> {
        let template = Template::parse(&config.subject)?;
        let name = format!("{}, stream {}", config.url.name()?, config.stream);
        Ok(Self {
            config,
            template,
            name,
            connection: None,
            stream: None,
            fence: None,
            marks: None,
            marks_fence: None,
        })
    }

    async fn open(&mut self, fence: Option<&Fence>) -> Result<(), SinkError> {
        if self.connection.is_none() {
            self.connection = Some(self.config.server().connect().await?);
        }
        let connection = self.connection.as_ref().expect("it was put there");
        let create = self.config.to_create(&self.template);
        let missing = self.config.how_to_create(&self.template);
        let stream = stream_of(connection, &self.config.stream, create, &missing).await?;
        self.fence = match fence {
            Some(fence) => {
                let replicas = stream.cached_info().config.num_replicas;
                let name = self.config.fence_stream();
                Some(FenceRecord::take(connection, &name, replicas, fence).await?)
            }
            None => None,
        };
        let marks = self.marks.as_mut();
        let stored = marks
            .map(|marks| marks.get_mut().unwrap_or_else(PoisonError::into_inner).last_sequence());
        let is_known = self.marks_fence.as_ref() == fence
            && stored
                .zip(self.stream.as_ref())
                .is_some_and(|(stored, before)| is_continuation(before, &stream, stored));
        if !is_known {
            self.marks = None;
            let marks =
                scan::read(connection, &stream, self.template.filter(), fence.is_some()).await?;
            self.marks = Some(Mutex::new(marks));
            self.marks_fence = fence.cloned();
        }
        self.stream = Some(stream);
        Ok(())
    }

    async fn deliver(&mut self, batch: &mut Batch) -> Result<(), SinkError> {
        let (Some(connection), Some(stream), Some(marks)) =
            (&self.connection, &self.stream, &self.marks)
        else {
            return Err(SinkError::new(format!("{} is not open", self.name)));
        };
        if let Some(fence) = &mut self.fence {
            fence.check_sometimes(connection).await?;
        }
        let publisher = Publisher {
            connection,
            stream,
            template: &self.template,
            fence: self.fence.as_ref(),
            marks,
            messages: batch.messages(),
            always_expects: self.fence.is_some() || !is_slow(connection, stream),
            is_stopped: AtomicBool::new(false),
        };
        let queues = queues(&self.template, batch);
        let running = queues.into_iter().map(|queue| publisher.queue(queue));
        let mut running = stream::iter(running).buffer_unordered(self.config.max_in_flight());
        let mut outcomes = Vec::new();
        let mut first_error: Option<SinkError> = None;
        while let Some((done, error)) = running.next().await {
            outcomes.extend(done);
            if let Some(error) = error
                && first_error.as_ref().is_none_or(|first| error.is_fenced() && !first.is_fenced())
            {
                first_error = Some(error);
            }
        }
        drop(running);
        for (at, outcome) in outcomes {
            match outcome {
                Outcome::Stored => batch.stored(at),
                Outcome::Refused(reason) => batch.refused(at, reason),
            }
        }
        first_error.map_or(Ok(()), Err)
    }
}

impl Sink for NatsSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn open<'a>(&'a mut self, fence: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>> {
        self.open(fence).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>> {
        self.deliver(batch).boxed()
    }

    fn close(&mut self) -> BoxFuture<'_, ()> {
        async {
            self.stream = None;
            self.marks = None;
            if let Some(connection) = self.connection.take() {
                // All is acknowledged: what fails here is only the drain.
                let _ = connection.context.client().drain().await;
            }
        }
        .boxed()
    }
}

/// Returns the places of a batch's pending messages, by what must be kept in order.
fn queues(template: &Template, batch: &Batch) -> Vec<Vec<usize>> {
    let mut queues: Vec<Vec<usize>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, message) in batch.pending() {
        let place = *places.entry(template.ordering_key(message)).or_insert(queues.len());
        match queues.get_mut(place) {
            Some(queue) => queue.push(at),
            None => queues.push(vec![at]),
        }
    }
    queues
}

/// Returns whether the server takes long to find out what is last in a subject: before version 2.10, a store in memory
/// looks at all messages from the subject's first to its last.
fn is_slow(connection: &Connection, stream: &Stream<Info>) -> bool {
    stream.cached_info().config.storage == StorageType::Memory
        && !connection.context.client().is_server_compatible(2, 10, 0)
}

/// Returns whether a stream is the one that it was, with all up to this sequence that was stored in it.
fn is_continuation(before: &Stream<Info>, now: &Stream<Info>, stored: u64) -> bool {
    let (before, now) = (before.cached_info(), now.cached_info());
    before.created == now.created
        && now.state.last_sequence >= stored.max(before.state.last_sequence)
}
