//! One stream at one replica: what `watch_relay`'s `Instance`, its watch and its sink know.

use watch_protocol::backoff::Backoff;

use crate::queue::Event;
use crate::stream::Message;
use crate::time::Micros;
use crate::world::World;

#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) replica: u32,
    pub(crate) stream: u32,
    pub(crate) epoch: u64,
    pub(crate) phase: Phase,
    /// Which of its steps is under way.
    pub(crate) step: u32,
    /// Whether it is to end after the batch that is under way.
    pub(crate) is_stopping: bool,
    /// Up to which version its watch has read.
    pub(crate) version: u64,
    /// Whether its watch has a version to go on from.
    pub(crate) has_version: bool,
    /// What a list has shown, last first, and the version of the list.
    pub(crate) listed: Vec<Message>,
    pub(crate) list_version: Option<u64>,
    /// The last change of each object that was delivered.
    pub(crate) index: Vec<u32>,
    /// The last change of each object that is known to be stored.
    pub(crate) marks: Vec<u32>,
    pub(crate) batch: Vec<Message>,
    /// The marks before the batch, until it is acknowledged.
    pub(crate) raised: Vec<(u32, u32)>,
    pub(crate) uncommitted: Vec<(u32, u32)>,
    pub(crate) committed: Micros,
    pub(crate) fence_checked: Micros,
    pub(crate) backoff: Backoff,
    pub(crate) restarts: Backoff,
}

/// What an instance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Reads its checkpoint, which it has claimed.
    Loading,
    /// Reads what the sink has stored last. It has written its epoch.
    Scanning,
    /// Waits for an event, or until a commit is due.
    Idle,
    /// Lists, and compares.
    Listing,
    /// Makes messages of events.
    Reading,
    /// Its messages leave.
    Sending,
    /// Waits for the acknowledgements.
    Acking,
    /// Waits until the commit is acknowledged.
    Committing,
    /// Something has failed, and is tried again.
    Waiting(Next),
    Ended,
}

/// What follows a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Start,
    Deliver,
    Commit,
}

impl World {
    pub(crate) fn create_instance(&mut self, replica: u32, stream: u32, epoch: u64) -> u32 {
        self.instances.push(Instance {
            replica,
            stream,
            epoch,
            phase: Phase::Waiting(Next::Start),
            step: 0,
            is_stopping: false,
            version: 0,
            has_version: false,
            listed: Vec::new(),
            list_version: None,
            index: Vec::new(),
            marks: Vec::new(),
            batch: Vec::new(),
            raised: Vec::new(),
            uncommitted: Vec::new(),
            committed: 0,
            fence_checked: 0,
            backoff: Backoff::default(),
            restarts: Backoff::default(),
        });
        self.instances.len() as u32 - 1
    }

    /// Begins a phase, which is over at a time.
    pub(crate) fn enter(&mut self, instance: u32, phase: Phase, until: Micros) {
        let state = &mut self.instances[instance as usize];
        state.phase = phase;
        state.step += 1;
        let event = Event::Step { instance, step: state.step };
        self.queue.push(until.max(self.now), event);
    }

    /// A phase is over.
    pub(crate) fn step(&mut self, instance: u32, step: u32) {
        let state = &self.instances[instance as usize];
        if state.step != step {
            return;
        }
        match state.phase {
            Phase::Loading => self.loaded(instance),
            Phase::Scanning => self.scanned(instance),
            Phase::Idle | Phase::Listing => self.read(instance),
            Phase::Reading => self.deliver(instance),
            Phase::Sending => self.arrive(instance),
            Phase::Acking => self.acknowledged(instance),
            Phase::Committing => self.committed(instance),
            Phase::Waiting(Next::Start) => self.start_instance(instance),
            Phase::Waiting(Next::Deliver) => self.reopen(instance),
            Phase::Waiting(Next::Commit) => self.commit(instance),
            Phase::Ended => {}
        }
    }

    /// Asks an instance to end. A batch that is under way is delivered and committed.
    pub(crate) fn stop_instance(&mut self, instance: u32) {
        let state = &mut self.instances[instance as usize];
        state.is_stopping = true;
        match state.phase {
            Phase::Idle | Phase::Listing => self.read(instance),
            Phase::Waiting(_) | Phase::Loading | Phase::Scanning => self.end_instance(instance),
            _ => {}
        }
    }

    /// Ends an instance, whatever it does.
    pub(crate) fn end_instance(&mut self, instance: u32) {
        let state = &self.instances[instance as usize];
        if state.phase == Phase::Ended {
            return;
        }
        let (replica, stream) = (state.replica, state.stream);
        self.close(instance);
        self.instances[instance as usize].phase = Phase::Ended;
        let lease = self.streams[stream as usize].lease;
        self.instance_ended(replica, lease);
    }

    /// Forgets what an instance knows.
    pub(crate) fn close(&mut self, instance: u32) {
        let state = &mut self.instances[instance as usize];
        let marked = if state.marks.is_empty() { 0 } else { self.plan.objects as usize };
        if !state.index.is_empty() {
            let usage = &mut self.replicas[state.replica as usize].usage;
            usage.closed(state.index.len(), marked);
        }
        state.index = Vec::new();
        state.marks = Vec::new();
        state.listed = Vec::new();
        state.list_version = None;
        state.batch = Vec::new();
        state.raised = Vec::new();
        state.uncommitted = Vec::new();
    }
}
