//! Taking the server's state: at the beginning, and to repair a gap.
//!
//! Each object is compared with what was delivered: what is new is told as ADDED, what has changed as
//! MODIFIED, and at the end what is no longer there as DELETED. At the beginning nothing was delivered,
//! so all is ADDED; but where taking the state was interrupted and starts over, nothing is told twice.

use bytes::Bytes;

use crate::protocol::error::Kind;
use crate::protocol::event::{EventType, Origin};
use crate::protocol::identity::Identity;
use crate::protocol::index::{Compared, Index};
use crate::protocol::list_body::ListEnd;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::state::{State, Taking};
use crate::protocol::machine::step::Delivery;
use crate::protocol::tombstone;
use crate::protocol::version::is_older;

impl Machine {
    /// The state is to be taken, from its first object on.
    pub(super) fn take_state(&mut self, origin: Origin, streamed: bool) {
        self.asks_for_oldest = false;
        self.taking = Some(Taking {
            origin,
            streamed,
            continue_: None,
            complete: None,
            done: 0,
            remaining: None,
        });
    }

    /// The state is asked for from its first object on, perhaps not for the first time: what came of it
    /// before may be of an older state.
    pub(super) fn begin_state(&mut self) {
        if let Some(index) = &mut self.memory.index {
            index.begin_pass();
        }
        if let Some(taking) = &mut self.taking {
            taking.done = 0;
        }
    }

    /// An object of the state has come: tells what is new about it.
    pub(super) fn part_of_state(&mut self, object: Bytes, identity: Identity) {
        let Some(taking) = &mut self.taking else { return };
        taking.done += 1;
        taking.remaining = taking.remaining.map(|n| n.saturating_sub(1));
        let origin = taking.origin;
        let skips = self.has_bug(InjectedBug::SkipsTheComparison);
        let compared = match &mut self.memory.index {
            Some(index) if !skips => index.compare(&identity),
            _ => Compared::New,
        };
        let etype = match compared {
            Compared::Same => return,
            Compared::Changed => EventType::Modified,
            Compared::New => EventType::Added,
            Compared::Replaces(old) => {
                self.owe_deletion(old);
                EventType::Added
            }
        };
        self.owed.push_back(Delivery { etype, origin, object, identity });
    }

    /// All of the state has come, as it was at this version.
    pub(super) fn state_is_whole(&mut self, version: String) {
        if self.version().is_some_and(|ours| is_older(&version, ours)) && !self.is_in_doubt() {
            // What was told of it is right, but not what was left out for its known version.
            return self.set_back(version);
        }
        let vanished = self.memory.index.as_ref().map(Index::vanished);
        let mut vanished = vanished.unwrap_or_default();
        if self.has_bug(InjectedBug::ForgetsADeletion) {
            vanished.pop();
        }
        for identity in vanished {
            self.owe_deletion(identity);
        }
        if self.has_bug(InjectedBug::MovesOnTooEarly) {
            self.version = Some(version.clone());
        }
        if let Some(taking) = &mut self.taking {
            taking.complete = Some(version);
        }
    }

    /// All that the state brought has been delivered. From here on, its version counts.
    pub(super) fn state_is_told(&mut self, version: String) {
        if self.taking.take().is_some_and(|taking| taking.origin == Origin::Repair) {
            self.status.repairs += 1;
        }
        #[cfg(feature = "kube-runtime")]
        {
            self.memory.whole = true;
        }
        if let Some(index) = &mut self.memory.index {
            index.settle();
        }
        self.failures.confirmed();
        #[cfg(feature = "simulation")]
        {
            self.told = Some(version.clone());
        }
        self.version = Some(version);
        self.moved = true;
    }

    /// A page of the list has come to its end.
    pub(super) fn page_is_whole(&mut self, end: ListEnd) {
        let Some(version) = end.version else {
            return self.end(Kind::malformed(
                "a list without a resourceVersion",
                "metadata.resourceVersion is absent",
            ));
        };
        self.state = State::Ready;
        let Some(taking) = &mut self.taking else { return };
        taking.remaining = end.remaining.or(end.continue_.is_none().then_some(0));
        taking.continue_ = end.continue_;
        if taking.continue_.is_none() {
            self.state_is_whole(version);
        }
    }

    /// An object is gone, and nobody has said so.
    pub(super) fn owe_deletion(&mut self, identity: Identity) {
        let kept = self.memory.index.as_mut().and_then(|index| index.kept(&identity));
        let object = kept.unwrap_or_else(|| tombstone::of(self.plan.resource(), &identity));
        self.owed.push_back(Delivery {
            etype: EventType::Deleted,
            origin: Origin::Repair,
            object,
            identity,
        });
    }
}
