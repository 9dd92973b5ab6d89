//! How an instance starts, reads and lists.

use watch_relay::simulation::{BATCH_EVENTS, COMMIT_INTERVAL};

use crate::costs::{
    COMPARED_CPU, EVENT_CPU, FOREIGN_EVENT_CPU, LISTED_CPU, MARK_CPU, PAGE, PAGE_TIME, ROW_CPU,
    SINK_DELAY, WATCH_DELAY,
};
use crate::instance::{Next, Phase};
use crate::sabotage::Sabotage;
use crate::stream::Message;
use crate::time::{Micros, SECOND, micros};
use crate::world::World;

impl World {
    /// Finds the resources, and claims the checkpoint.
    pub(crate) fn start_instance(&mut self, instance: u32) {
        let state = &self.instances[instance as usize];
        let (replica, stream) = (state.replica, state.stream);
        let cluster = self.streams[stream as usize].cluster;
        let is_reached = self.clusters[cluster as usize].unavailable_until(self.now).is_none();
        if !is_reached || !self.sink.is_up(self.now) {
            return self.wait_to_start(instance);
        }
        let rows = self.streams[stream as usize].checkpoint.delivered.len() as u64;
        let node = &mut self.replicas[replica as usize];
        let until = node.work(self.now, rows * ROW_CPU) + 4 * SINK_DELAY;
        self.enter(instance, Phase::Loading, until);
    }

    /// Something has failed, so that the instance begins again.
    pub(crate) fn wait_to_start(&mut self, instance: u32) {
        self.close(instance);
        if self.instances[instance as usize].is_stopping {
            return self.end_instance(instance);
        }
        let wait = self.instances[instance as usize].restarts.next(None, &mut self.rng);
        let until = self.now + micros(wait);
        self.enter(instance, Phase::Waiting(Next::Start), until);
    }

    /// The checkpoint is read: takes the fence.
    pub(crate) fn loaded(&mut self, instance: u32) {
        let state = &mut self.instances[instance as usize];
        let stream = &mut self.streams[state.stream as usize];
        let is_former = stream.checkpoint.epoch > state.epoch || stream.fence > state.epoch;
        if is_former {
            self.checks.fenced += 1;
        }
        if is_former || !self.sink.is_up(self.now) {
            return self.wait_to_start(instance);
        }
        stream.checkpoint.writer = Some(instance);
        stream.checkpoint.epoch = state.epoch;
        state.index.clone_from(&stream.checkpoint.delivered);
        state.has_version = stream.checkpoint.version.is_some();
        state.version = stream.checkpoint.version.unwrap_or_default();
        stream.fence = state.epoch;
        let node = &mut self.replicas[state.replica as usize];
        node.usage.opened(state.index.len(), 0);
        // Of the whole cluster: subjects do not tell the shard.
        let known =
            if stream.stored.iter().any(|serial| *serial > 0) { self.plan.objects } else { 0 };
        let until = node.work(self.now, u64::from(known) * MARK_CPU) + 4 * SINK_DELAY;
        self.enter(instance, Phase::Scanning, until);
    }

    /// What is stored is read: the sink is open.
    pub(crate) fn scanned(&mut self, instance: u32) {
        if !self.sink.is_up(self.now) {
            return self.wait_to_start(instance);
        }
        let state = &mut self.instances[instance as usize];
        let stream = &self.streams[state.stream as usize];
        state.marks.clone_from(&stream.stored);
        (state.committed, state.fence_checked) = (self.now, self.now);
        let usage = &mut self.replicas[state.replica as usize].usage;
        usage.closed(state.index.len(), 0);
        usage.opened(state.index.len(), self.plan.objects as usize);
        self.gaps.ready(stream.lease, self.now);
        self.read(instance);
    }

    /// Reads what there is; else waits.
    pub(crate) fn read(&mut self, instance: u32) {
        let state = &mut self.instances[instance as usize];
        let stream = &self.streams[state.stream as usize];
        let due = state.committed + micros(COMMIT_INTERVAL);
        let has_uncommitted = !state.uncommitted.is_empty();
        if state.is_stopping || has_uncommitted && due <= self.now {
            if has_uncommitted {
                self.commit(instance);
            } else {
                self.end_instance(instance);
            }
            return;
        }
        let wake = if has_uncommitted { due } else { Micros::MAX };
        if state.list_version.is_some() {
            return self.read_list(instance);
        }
        let cluster = &mut self.clusters[stream.cluster as usize];
        cluster.advance(self.now);
        if let Some(until) = cluster.unavailable_until(self.now) {
            let wait =
                self.instances[instance as usize].restarts.next_after_disconnect(&mut self.rng);
            return self.enter(instance, Phase::Idle, (until + micros(wait)).min(wake));
        }
        if !state.has_version || !cluster.has_after(state.version) {
            return self.list(instance);
        }
        let mut foreign = 0;
        let mut next = self.now + SECOND;
        while let Some(change) = cluster.after(state.version) {
            if change.time + WATCH_DELAY > self.now {
                next = change.time + WATCH_DELAY;
                break;
            }
            state.version += 1;
            let (part, place) = self.parts.place(change.object);
            if part != stream.part {
                foreign += 1;
                continue;
            }
            state.batch.push(Message {
                place: place as u32,
                serial: change.serial,
                happened: Some(change.time),
                is_repair: false,
            });
            if state.batch.len() >= BATCH_EVENTS {
                break;
            }
        }
        self.totals.foreign_events += foreign;
        let cost = state.batch.len() as u64 * EVENT_CPU + foreign * FOREIGN_EVENT_CPU;
        let node = &mut self.replicas[state.replica as usize];
        let until = if cost > 0 { node.work(self.now, cost) } else { self.now };
        if state.batch.is_empty() {
            return self.enter(instance, Phase::Idle, next.min(wake).max(self.now + 1));
        }
        self.enter(instance, Phase::Reading, until);
    }

    pub(crate) fn end_if_stopping(&mut self, instance: u32) {
        if self.instances[instance as usize].is_stopping {
            self.end_instance(instance);
        } else {
            self.read(instance);
        }
    }

    /// Lists, and finds what differs from what was delivered.
    fn list(&mut self, instance: u32) {
        let state = &mut self.instances[instance as usize];
        let stream = &self.streams[state.stream as usize];
        let cluster = &self.clusters[stream.cluster as usize];
        let version = cluster.version(self.now);
        if self.plan.sabotage == Some(Sabotage::NoRepair) && state.has_version {
            (state.version, self.totals.lists) = (version, self.totals.lists + 1);
            return self.enter(instance, Phase::Idle, self.now);
        }
        let serials = cluster.serials(self.now);
        let members = self.parts.members(stream.part);
        let is_first = !state.has_version;
        let listed = members.iter().enumerate().rev().filter_map(|(place, object)| {
            let serial = serials[*object as usize];
            let place = place as u32;
            let differs = state.index[place as usize] != serial;
            let is_repair = !is_first;
            differs.then_some(Message { place, serial, happened: None, is_repair })
        });
        state.listed = listed.collect();
        state.list_version = Some(version);
        self.totals.lists += 1;
        let count = members.len() as u64;
        let same = count - state.listed.len() as u64;
        let node = &mut self.replicas[state.replica as usize];
        let until = node.work(self.now, same * COMPARED_CPU);
        let pages = self.now + count.div_ceil(PAGE) * PAGE_TIME;
        self.enter(instance, Phase::Listing, until.max(pages));
    }

    /// Takes a batch from a list; after the last one, watches from its version.
    fn read_list(&mut self, instance: u32) {
        let state = &mut self.instances[instance as usize];
        let rest = state.listed.len().saturating_sub(BATCH_EVENTS);
        state.batch = state.listed.split_off(rest);
        state.batch.reverse();
        if state.batch.is_empty() {
            state.version = state.list_version.take().unwrap_or_default();
            state.has_version = true;
            return self.read(instance);
        }
        let cost = state.batch.len() as u64 * LISTED_CPU;
        let until = self.replicas[state.replica as usize].work(self.now, cost);
        self.enter(instance, Phase::Reading, until);
    }
}
