//! One watcher of a durable stream: it reads its checkpoint, goes on from there, and records what it hands out.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use watch_protocol::{EventType, Origin, WatchEvent};
use watch_runtime::{Position, RawEvent, RawEvents};

use crate::error::{DurableError, Kind};
use crate::event::DurableEvent;
use crate::event_id::EventId;
use crate::header::Subject;
use crate::ledger::{Commit, Ledger, Loaded};
use crate::source::Source;
use crate::store::{CheckpointStore, Claim};

pub(crate) struct Part<O> {
    /// The name of its checkpoint.
    stream: String,
    source: Box<dyn Source<O>>,
    state: State,
    _claim: Claim,
}

enum State {
    New,
    Starting(BoxFuture<'static, Result<Started, DurableError>>),
    Running(Running),
    Ended(Option<Running>),
}

struct Started {
    cluster: String,
    loaded: Loaded,
}

struct Running {
    cluster: Arc<str>,
    events: RawEvents,
    ledger: Ledger,
    /// When the stream was last known to be up to date.
    up_to_date: Option<SystemTime>,
    position: Position,
}

impl<O> Part<O> {
    pub(crate) fn new(stream: String, source: Box<dyn Source<O>>, claim: Claim) -> Self {
        Self { stream, source, state: State::New, _claim: claim }
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended(_))
    }

    /// Polls for the next event. `number` is its number in the stream with this id.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        store: &Arc<dyn CheckpointStore>,
        cluster: Option<&str>,
        (stream, number): (u64, u64),
    ) -> Poll<Option<Result<DurableEvent<O>, DurableError>>> {
        loop {
            match &mut self.state {
                State::New => self.state = State::Starting(self.start(store, cluster)),
                State::Starting(starting) => match ready!(starting.poll_unpin(cx)) {
                    Ok(started) => self.state = State::Running(self.run(started)),
                    Err(error) => {
                        self.state = State::Ended(None);
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                State::Running(running) => {
                    let polled = running.events.poll_next_unpin(cx);
                    return match polled {
                        Poll::Pending => {
                            running.look_at_position();
                            Poll::Pending
                        }
                        Poll::Ready(Some(Ok(event))) => {
                            let item = running.hand_out(&*self.source, event, stream, number);
                            Poll::Ready(Some(item))
                        }
                        Poll::Ready(end) => {
                            self.end();
                            Poll::Ready(end.map(|error| Err(error.unwrap_err().into())))
                        }
                    };
                }
                State::Ended(_) => return Poll::Ready(None),
            }
        }
    }

    /// Returns what commits all events up to a number.
    pub(crate) fn prepare(&mut self, up_to: u64) -> Option<Commit> {
        let running = self.running()?;
        running.look_at_position();
        running.ledger.prepare(up_to, (running.position.clone(), SystemTime::now()))
    }

    /// Returns what commits the position alone, if all events are committed and it has moved since. `is_early` is
    /// whether only the end of a list is worth it.
    pub(crate) fn prepare_position(&mut self, is_early: bool) -> Option<Commit> {
        let Running { ledger, position, .. } = self.running()?;
        let stands_for_a_list = |position: &Position| position.has_synced && !position.needs_relist;
        if !ledger.is_committed() || !stands_for_a_list(position) {
            return None;
        }
        if is_early && ledger.committed().is_some_and(stands_for_a_list) {
            return None;
        }
        ledger.prepare(0, (position.clone(), SystemTime::now()))
    }

    /// The commit was written.
    pub(crate) fn written(&mut self, commit: Commit) {
        if let Some(running) = self.running() {
            running.ledger.written(commit);
        }
    }

    fn running(&mut self) -> Option<&mut Running> {
        match &mut self.state {
            State::Running(running) | State::Ended(Some(running)) => Some(running),
            _ => None,
        }
    }

    fn end(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Ended(None));
        // What it handed out can still be committed.
        if let State::Running(running) = state {
            self.state = State::Ended(Some(running));
        }
    }

    fn start(
        &self,
        store: &Arc<dyn CheckpointStore>,
        cluster: Option<&str>,
    ) -> BoxFuture<'static, Result<Started, DurableError>> {
        let (store, stream) = (Arc::clone(store), self.stream.clone());
        let (resource, restrictions) = (self.source.resource().clone(), self.source.restrictions());
        let known = cluster.map(str::to_owned);
        let uid = known
            .is_none()
            .then(|| [false, true].map(|resuming| self.source.cluster_uid(resuming)));
        async move {
            let rows = store.load(&stream).await.map_err(|source| {
                DurableError::new(Kind::Load { stream: stream.clone(), source })
            })?;
            let cluster = match (known, uid) {
                (Some(cluster), _) => cluster,
                (None, Some([first, resuming])) => {
                    let uid = if rows.is_empty() { first } else { resuming };
                    uid.await.map_err(|error| DurableError::new(Kind::Cluster(error)))?.ok_or_else(
                        || DurableError::new(Kind::UnknownCluster { stream: stream.clone() }),
                    )?
                }
                (None, None) => String::new(),
            };
            let subject = Subject::new(cluster.clone(), &resource, restrictions);
            Ok(Started { cluster, loaded: Ledger::load(&stream, subject, rows)? })
        }
        .boxed()
    }

    fn run(&self, started: Started) -> Running {
        let Started { cluster, loaded: Loaded { ledger, delivered, time } } = started;
        tracing::info!(
            checkpoint = self.stream,
            resource = %self.source.resource(),
            objects = delivered.len(),
            version = delivered.position().version,
            "durable stream goes on"
        );
        let position = delivered.position().clone();
        let events = self.source.resume(delivered);
        Running { cluster: cluster.into(), events, ledger, up_to_date: time, position }
    }
}

impl Running {
    /// Bookmarks and the ends of lists are no events, but advance the position.
    fn look_at_position(&mut self) {
        let position = self.events.position();
        if position == self.position {
            return;
        }
        if position.version != self.position.version && !position.needs_relist {
            self.up_to_date = Some(SystemTime::now());
        }
        self.position = position;
    }

    /// Records an event, and makes an item of it.
    fn hand_out<O>(
        &mut self,
        source: &dyn Source<O>,
        RawEvent { delivery, .. }: RawEvent,
        stream: u64,
        number: u64,
    ) -> Result<DurableEvent<O>, DurableError> {
        let decoded = source.decode(&delivery);
        let decoded = match decoded {
            Ok(obj) => {
                self.events.record_decoded(&delivery);
                Ok(obj)
            }
            Err(error) => Err(self.events.record_undecodable(&delivery, error)),
        };
        let (etype, origin) = (delivery.etype, delivery.origin);
        let now = SystemTime::now();
        let gap =
            (origin == Origin::Repair).then(|| now.duration_since(self.up_to_date?).ok()).flatten();
        if origin != Origin::Repair {
            self.up_to_date = Some(now);
        }
        self.position = self.events.position();
        let id = EventId::new(&self.cluster, source.resource(), etype, &delivery.identity);
        let keeps_object = etype != EventType::Deleted && self.events.keeps_objects();
        let object = keeps_object.then_some(delivery.object);
        let position = self.position.clone();
        self.ledger.record(number, etype, delivery.identity, object, position, now);
        let event = WatchEvent { etype, obj: decoded?, origin, source: source.name() };
        Ok(DurableEvent { event, id, gap, stream, number })
    }
}

impl<O> fmt::Debug for Part<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("stream", &self.stream)
            .field("resource", &self.source.resource().to_string())
            .field("ended", &self.has_ended())
            .finish_non_exhaustive()
    }
}
