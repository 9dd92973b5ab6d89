//! A replica: drives the decisions over kube-client, in a task of its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use kube_client::Client;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::event::ShardEvent;
use super::lease_requests::{self, Response};
use super::lease_watch::{LeaseWatch, Seen};
use super::machine::{Machine, Step};
use super::settings::{InvalidReplica, ReplicaSettings};

/// A member of a group of replicas that share the shards.
///
/// It renews its Leases in a task of its own, on the runtime on which it was started. Dropping it ends the task without
/// releasing anything, as if the process was killed: others take over when its Leases have expired. So stop whatever
/// works on a shard before.
///
/// Create the client as for a [`Watcher`](watch_runtime::Watcher): without retries of its own.
#[derive(Debug)]
pub struct Replica {
    events: mpsc::UnboundedReceiver<ShardEvent>,
    handle: ReplicaHandle,
    task: AbortHandle,
}

/// What those who work on shards need of a [`Replica`]. Clones are of the same replica.
#[derive(Clone, Debug)]
pub struct ReplicaHandle {
    commands: mpsc::UnboundedSender<Command>,
    valid: Arc<Mutex<Vec<Option<Instant>>>>,
}

#[derive(Debug)]
enum Command {
    Stopped(u32),
    ShutDown,
}

impl Replica {
    /// Joins the group.
    ///
    /// # Errors
    ///
    /// A setting is invalid. Whatever the API server says is waited out, and logged.
    ///
    /// # Panics
    ///
    /// There is no tokio runtime.
    pub fn start(client: Client, settings: ReplicaSettings) -> Result<Self, InvalidReplica> {
        settings.check()?;
        let (commands, received) = mpsc::unbounded_channel();
        let (sender, events) = mpsc::unbounded_channel();
        let valid = Arc::new(Mutex::new(Vec::new()));
        let driver = Driver {
            machine: Machine::new(settings.clone(), fastrand::Rng::new(), now()),
            watch: LeaseWatch::new(client.clone(), &settings),
            client,
            settings,
            requests: FuturesUnordered::new(),
            commands: received,
            events: sender,
            valid: Arc::clone(&valid),
            problem: None,
        };
        let task = tokio::spawn(driver.run()).abort_handle();
        Ok(Self { events, handle: ReplicaHandle { commands, valid }, task })
    }

    /// Returns the next event; `None` once the replica has shut down. Cancel safe.
    pub async fn next(&mut self) -> Option<ShardEvent> {
        self.events.recv().await
    }

    /// Returns a handle.
    pub fn handle(&self) -> ReplicaHandle {
        self.handle.clone()
    }

    /// Reports that nothing is done for a shard any more: see [`ReplicaHandle::stopped`].
    pub fn stopped(&self, shard: u32) {
        self.handle.stopped(shard);
    }

    /// Begins a clean stop: see [`ReplicaHandle::shut_down`].
    pub fn shut_down(&self) {
        self.handle.shut_down();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ReplicaHandle {
    /// Reports that nothing is done for a shard any more that was [lost](ShardEvent::Lost), so that another replica
    /// gets it at once. Without it, that is when the time has come by which it must have stopped.
    pub fn stopped(&self, shard: u32) {
        // A replica that has shut down needs no reports.
        drop(self.commands.send(Command::Stopped(shard)));
    }

    /// Begins a clean stop: all shards are lost, and released once they are [stopped](Self::stopped). Then the events
    /// end.
    pub fn shut_down(&self) {
        drop(self.commands.send(Command::ShutDown));
    }

    /// Returns until when a shard may be worked on, as far as is known now; `None` if it is not held. It is prolonged
    /// with each renewal of its Lease. Whoever writes for a shard looks at it before each write.
    pub fn valid_until(&self, shard: u32) -> Option<Instant> {
        let valid = self.valid.lock().unwrap_or_else(PoisonError::into_inner);
        *valid.get(usize::try_from(shard).ok()?)?
    }
}

struct Driver {
    machine: Machine,
    watch: LeaseWatch,
    client: Client,
    settings: ReplicaSettings,
    requests: FuturesUnordered<BoxFuture<'static, Response>>,
    commands: mpsc::UnboundedReceiver<Command>,
    events: mpsc::UnboundedSender<ShardEvent>,
    valid: Arc<Mutex<Vec<Option<Instant>>>>,
    /// What was logged last of requests that fail.
    problem: Option<String>,
}

impl Driver {
    async fn run(mut self) {
        while let Some(until) = self.step() {
            let until = tokio::time::sleep_until(until.into());
            tokio::select! {
                seen = self.watch.next() => self.seen(seen),
                Some(response) = self.requests.next() => self.responded(response),
                Some(command) = self.commands.recv() => match command {
                    Command::Stopped(shard) => self.machine.stopped(shard),
                    Command::ShutDown => self.machine.shut_down(now()),
                },
                () = until => {}
            }
        }
        self.publish();
    }

    /// Does everything that is to be done now. Returns until when to wait; `None` at the end.
    fn step(&mut self) -> Option<Instant> {
        loop {
            match self.machine.step(now(), Timestamp::now()) {
                Step::Send(request) => {
                    let request = *request;
                    let (client, namespace) =
                        (self.client.clone(), self.settings.namespace.clone());
                    let timeout = Machine::request_timeout(&self.settings);
                    let sent = lease_requests::send(client, namespace, request, timeout);
                    self.requests.push(Box::pin(sent));
                }
                Step::Event(event) => {
                    self.publish();
                    match &event {
                        ShardEvent::Acquired { shard, epoch } => {
                            tracing::info!(shard, epoch, "a shard was acquired");
                        }
                        ShardEvent::Lost { shard, reason, .. } => {
                            tracing::info!(shard, %reason, "a shard was lost");
                        }
                    }
                    self.events.send(event).ok()?;
                }
                Step::Wait(until) => {
                    self.publish();
                    return Some(until);
                }
                Step::End => return None,
            }
        }
    }

    fn seen(&mut self, seen: Seen) {
        match seen {
            Seen::Lease(lease) => self.machine.watched(*lease, now()),
            Seen::Deleted { name, version } => {
                self.machine.watched_deletion(&name, &version, now());
            }
            Seen::Progress => {}
        }
        if self.watch.has_synced() {
            self.machine.synced(now());
        }
    }

    fn responded(&mut self, response: Response) {
        let Response { name, outcome, problem } = response;
        let has_succeeded = outcome.is_ok();
        self.machine.responded(&name, outcome, now());
        if has_succeeded && self.problem.take().is_some() {
            tracing::info!("requests for Leases succeed again");
        }
        if let Some(problem) = problem
            && self.problem.as_ref() != Some(&problem)
        {
            let namespace = &self.settings.namespace;
            tracing::warn!(lease = name, namespace, problem, "a request for a Lease failed");
            self.problem = Some(problem);
        }
    }

    /// Shows until when shards may be worked on.
    fn publish(&self) {
        let held =
            (0..self.settings.leases()).map(|shard| self.machine.valid_until(shard)).collect();
        *self.valid.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

/// The runtime's clock, which tests may pause.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
