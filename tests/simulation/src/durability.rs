//! Processes that are killed: what is committed survives them, and what they have handed out since is handed out again.

use std::collections::VecDeque;

use fastrand::Rng;
use watch_protocol::machine::{Delivered, Position};
use watch_protocol::simulation::Event;

use crate::consumer::Consumer;
use crate::faults::happens;
use crate::link::Link;
use crate::world::World;

/// What makes a stream durable.
pub trait Durability {
    /// Takes note of an event that is handed out. Numbers count up from 1.
    fn hand_out(&mut self, handed: Handed<'_>);

    /// Commits all events up to a number; `position` is the stream's, and counts if that is all of them. Returns false
    /// if the process was killed meanwhile, which happens only with `random`.
    fn commit(&mut self, up_to: u64, position: Position, random: Option<&mut Rng>) -> bool;

    /// Kills the process, and starts another.
    ///
    /// # Errors
    ///
    /// Fails if what was committed cannot be read.
    fn restart(&mut self, random: &mut Rng) -> Result<Restart, String>;
}

/// An event that is handed out.
#[derive(Debug)]
pub struct Handed<'a> {
    /// Its number.
    pub number: u64,
    /// The event.
    pub event: &'a Event,
    /// The stream's position after it.
    pub position: Position,
}

/// What a new process begins with.
#[derive(Debug)]
pub struct Restart {
    /// The number of commits that were done, of those that were begun.
    pub commits: u64,
    /// What was committed.
    pub delivered: Delivered,
}

/// A durable stream of a history.
pub(crate) struct Durable {
    durability: Box<dyn Durability>,
    /// The probabilities of a commit and of a kill per event, in thousandths.
    commit: u32,
    pub(crate) kill: u32,
    /// The events that are not committed, with the consumer after each.
    handed_out: VecDeque<(u64, Consumer)>,
    number: u64,
    /// The consumer as of each commit that may have been done, with its number.
    commits: Vec<(u64, Point)>,
    begun: u64,
    /// After a rollback, a process that begins before it could not detect it any more once the server has passed its
    /// version: this many rollbacks have to be committed first.
    needs_rollbacks: u32,
    pub(crate) kills: u64,
}

/// A commit.
#[derive(Clone)]
struct Point {
    consumer: Consumer,
    up_to: u64,
    rollbacks: u32,
}

impl Durable {
    pub(crate) fn new(
        durability: Box<dyn Durability>,
        consumer: Consumer,
        random: &mut Rng,
    ) -> Self {
        let start = Point { consumer, up_to: 0, rollbacks: 0 };
        Self {
            durability,
            commit: random.u32(5..300),
            kill: random.u32(1..60),
            handed_out: VecDeque::new(),
            number: 0,
            commits: vec![(0, start)],
            begun: 0,
            needs_rollbacks: 0,
            kills: 0,
        }
    }
}

impl World {
    /// An event was handed out: perhaps commits, perhaps kills the process.
    pub(crate) fn handed_out(&mut self, event: &Event) -> Result<(), String> {
        let Some(durable) = &mut self.durable else { return Ok(()) };
        durable.number += 1;
        let (number, position) = (durable.number, self.watcher.position());
        durable.handed_out.push_back((number, self.consumer.clone()));
        durable.durability.hand_out(Handed { number, event, position });
        if self.faults_over || !happens(&mut self.random, durable.commit) {
            return Ok(());
        }
        if self.commit() { Ok(()) } else { self.restart() }
    }

    /// Perhaps kills the process. Returns whether it did.
    pub(crate) fn perhaps_kill(&mut self) -> Result<bool, String> {
        let Some(durable) = &self.durable else { return Ok(false) };
        if self.faults_over || !self.accepted || !happens(&mut self.random, durable.kill) {
            return Ok(false);
        }
        self.kill()
    }

    /// Kills the process, if its successor can notice what the server has done meanwhile.
    fn kill(&mut self) -> Result<bool, String> {
        let Some(durable) = &self.durable else { return Ok(false) };
        if durable.commits.iter().any(|(_, point)| point.rollbacks < durable.needs_rollbacks) {
            return Ok(false);
        }
        self.restart().map(|()| true)
    }

    /// The server was rolled back.
    pub(crate) fn rollback_needs_a_commit(&mut self) {
        let rollbacks = self.watcher.position().rollbacks;
        if let Some(durable) = &mut self.durable {
            durable.needs_rollbacks = rollbacks + 1;
        }
    }

    /// Commits some of what was handed out. Returns false if the process was killed meanwhile.
    fn commit(&mut self) -> bool {
        let Some(durable) = &mut self.durable else { return true };
        let position = self.watcher.position();
        let all = self.random.u8(..3) > 0;
        let count = durable.handed_out.len();
        let count = if all { count } else { self.random.usize(..=count) };
        let up_to = match count.checked_sub(1) {
            Some(last) => durable.handed_out[last].0,
            None => durable.number - durable.handed_out.len() as u64,
        };
        let is_all = up_to == durable.number;
        let point = if is_all {
            let rollbacks = position.rollbacks;
            Point { consumer: self.consumer.clone(), up_to, rollbacks }
        } else if let Some(last) = count.checked_sub(1) {
            let consumer = durable.handed_out[last].1.clone();
            Point { consumer, up_to, rollbacks: 0 }
        } else {
            return true;
        };
        durable.begun += 1;
        durable.commits.push((durable.begun, point));
        // A kill in the middle of a commit leaves it open which of the two counts.
        let may_be_killed =
            durable.commits.iter().all(|(_, point)| point.rollbacks >= durable.needs_rollbacks);
        let random = may_be_killed.then_some(&mut self.random);
        if !durable.durability.commit(up_to, position, random) {
            return false;
        }
        durable.commits.drain(..durable.commits.len() - 1);
        while durable.handed_out.front().is_some_and(|(number, _)| *number <= up_to) {
            durable.handed_out.pop_front();
        }
        true
    }

    /// Starts a process after another was killed.
    fn restart(&mut self) -> Result<(), String> {
        let Some(durable) = &mut self.durable else { return Ok(()) };
        durable.kills += 1;
        self.fault_count += 1;
        let Restart { commits, delivered } = durable.durability.restart(&mut self.random)?;
        let done = durable.commits.iter().find(|(number, _)| *number == commits);
        let Some((_, point)) = done.cloned() else {
            let possible: Vec<_> = durable.commits.iter().map(|(number, _)| number).collect();
            return Err(format!("commit {commits} is what a new process finds, not {possible:?}"));
        };
        durable.commits = vec![(commits, point.clone())];
        durable.begun = commits;
        durable.number = point.up_to;
        durable.handed_out.clear();
        let events = self.consumer.events;
        self.consumer = point.consumer;
        self.consumer.events = events;
        self.link = Link::Nothing;
        self.not_before = None;
        self.accepted = false;
        self.down_until = self.now;
        let version = delivered.position().version.clone();
        self.version = version.map(|version| self.number(&version)).transpose()?;
        self.watcher.restart(delivered);
        Ok(())
    }
}
