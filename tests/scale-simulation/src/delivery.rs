//! How an instance delivers what it has read, and commits it.

use watch_protocol::backoff::Backoff;
use watch_relay::simulation::COMMIT_EVENTS;

use crate::costs::SINK_DELAY;
use crate::instance::{Next, Phase};
use crate::sabotage::Sabotage;
use crate::stream::Stored;
use crate::time::{Micros, SECOND, micros};
use crate::world::World;

/// How often a former holder looks whether it is one.
const FENCE_INTERVAL: Micros = SECOND;

impl World {
    /// Sends the batch, if the shard is held.
    pub(crate) fn deliver(&mut self, instance: u32) {
        let state = &self.instances[instance as usize];
        let stream = &self.streams[state.stream as usize];
        let (lease, epoch) = (stream.lease, state.epoch);
        let is_held = self.replicas[state.replica as usize].may_work(lease, self.now);
        if !is_held && self.plan.sabotage != Some(Sabotage::GoesOn) {
            self.checks.fenced += 1;
            return self.wait_to_start(instance);
        }
        let newest = self.epochs[lease as usize];
        if newest > epoch {
            let replica = state.replica;
            let text = format!("shard {lease}: r{replica} with epoch {epoch} sends after {newest}");
            self.checks.violated(text);
        }
        if !self.sink.is_up(self.now) {
            return self.wait(instance, Next::Deliver);
        }
        let mut delay = SINK_DELAY;
        if self.now >= state.fence_checked + FENCE_INTERVAL {
            if self.is_refused(instance) {
                return self.wait_to_start(instance);
            }
            self.instances[instance as usize].fence_checked = self.now;
            delay += 2 * SINK_DELAY;
        }
        if self.plan.sabotage == Some(Sabotage::CommitsFirst) {
            self.note_batch(instance);
            self.write_checkpoint(instance);
        }
        self.enter(instance, Phase::Sending, self.now + delay);
    }

    /// Whether the sink has the epoch of a later holder.
    fn is_refused(&mut self, instance: u32) -> bool {
        let state = &self.instances[instance as usize];
        let has_later = self.streams[state.stream as usize].fence > state.epoch;
        let is_refused = has_later && self.plan.sabotage != Some(Sabotage::NoFence);
        self.checks.fenced += u64::from(is_refused);
        is_refused
    }

    /// The messages arrive at the sink.
    pub(crate) fn arrive(&mut self, instance: u32) {
        if !self.sink.is_up(self.now) {
            return self.wait(instance, Next::Deliver);
        }
        let state = &mut self.instances[instance as usize];
        let stream = &mut self.streams[state.stream as usize];
        state.raised.clear();
        let (mut sent, mut lookups, mut is_fenced) = (0, 0, false);
        for message in &state.batch {
            let mark = &mut state.marks[message.place as usize];
            state.raised.push((message.place, *mark));
            let stored = stream.publish(*message, mark, state.epoch, &mut self.checks);
            let is_new = match stored {
                Stored::New => true,
                Stored::Known => false,
                Stored::AfterOthers { is_new } => {
                    lookups += 1;
                    is_fenced |= stream.fence > state.epoch;
                    is_new
                }
            };
            self.checks.recognised += u64::from(!is_new);
            sent += 1;
            if let Some(happened) = message.happened.filter(|_| is_new) {
                self.lag.add(self.now - happened);
            }
            if is_fenced {
                break;
            }
        }
        if is_fenced {
            self.checks.fenced += 1;
            return self.wait_to_start(instance);
        }
        let until = self.sink.serve(self.now, sent) + SINK_DELAY;
        let lookup = if lookups > 0 { 4 * SINK_DELAY } else { 0 };
        self.enter(instance, Phase::Acking, until + lookup);
    }

    /// The acknowledgements arrive, unless the sink has gone away.
    pub(crate) fn acknowledged(&mut self, instance: u32) {
        if !self.sink.is_up(self.now) {
            // It is not known what was stored.
            let state = &mut self.instances[instance as usize];
            for (place, mark) in state.raised.drain(..).rev() {
                state.marks[place as usize] = mark;
            }
            return self.wait(instance, Next::Deliver);
        }
        if self.plan.sabotage != Some(Sabotage::CommitsFirst) {
            self.note_batch(instance);
        }
        let state = &mut self.instances[instance as usize];
        state.batch.clear();
        state.backoff = Backoff::default();
        if state.uncommitted.len() >= COMMIT_EVENTS {
            self.commit(instance);
        } else {
            self.read(instance);
        }
    }

    fn note_batch(&mut self, instance: u32) {
        let state = &mut self.instances[instance as usize];
        for message in &state.batch {
            state.index[message.place as usize] = message.serial;
            state.uncommitted.push((message.place, message.serial));
        }
    }

    /// Sends what was delivered to the store of checkpoints.
    pub(crate) fn commit(&mut self, instance: u32) {
        self.enter(instance, Phase::Committing, self.now + 2 * SINK_DELAY);
    }

    pub(crate) fn committed(&mut self, instance: u32) {
        if !self.sink.is_up(self.now) {
            return self.wait(instance, Next::Commit);
        }
        if !self.write_checkpoint(instance) {
            self.checks.fenced += 1;
            return self.wait_to_start(instance);
        }
        self.end_if_stopping(instance);
    }

    /// Returns whether the instance is still the one that writes.
    fn write_checkpoint(&mut self, instance: u32) -> bool {
        let state = &mut self.instances[instance as usize];
        let checkpoint = &mut self.streams[state.stream as usize].checkpoint;
        if checkpoint.writer != Some(instance) {
            return false;
        }
        for (place, serial) in state.uncommitted.drain(..) {
            checkpoint.delivered[place as usize] = serial;
        }
        if state.has_version {
            checkpoint.version = Some(state.version);
        }
        state.committed = self.now;
        self.totals.commits += 1;
        true
    }

    /// Tries again after a backoff. Ends instead, if that is asked for: what was not delivered comes again.
    fn wait(&mut self, instance: u32, next: Next) {
        if self.instances[instance as usize].is_stopping {
            return self.end_instance(instance);
        }
        let wait = self.instances[instance as usize].backoff.next(None, &mut self.rng);
        self.enter(instance, Phase::Waiting(next), self.now + micros(wait));
    }

    /// Opens the sink again: the epoch is compared, and what is known of it stays known.
    pub(crate) fn reopen(&mut self, instance: u32) {
        if !self.sink.is_up(self.now) {
            return self.wait(instance, Next::Deliver);
        }
        if self.is_refused(instance) {
            return self.wait_to_start(instance);
        }
        self.deliver(instance);
    }
}
