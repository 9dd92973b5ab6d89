//! Faults on demand: what a server, or the network before it, does wrong when it is told to.

mod aim;
mod body;
mod fault;
mod strike;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Request;
use serde::Serialize;

pub use aim::Verb;
pub(crate) use body::{CutShort, spoil};
pub(crate) use fault::{Effect, Place};
pub use fault::{Fault, FaultId};
pub(crate) use strike::Strike;

use crate::random::Random;

/// How many faults may wait at once: a bound against a runaway script.
const MAX_ARMED: usize = 1_000;

/// The faults that wait for their requests. It is a handle, cheap to clone.
///
/// Faults strike in the order in which they were armed, and several may strike one request: a
/// delay and then a cut, say.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    armed: Arc<Mutex<Armed>>,
}

#[derive(Debug, Default)]
struct Armed {
    next_id: u64,
    faults: Vec<ArmedFault>,
}

/// A fault that waits, and what has come of it so far.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ArmedFault {
    id: FaultId,
    #[serde(flatten)]
    fault: Fault,
    /// How many requests were aimed at.
    seen: u64,
    /// How many were struck.
    struck: u64,
    #[serde(skip)]
    random: Random,
}

impl Faults {
    /// Arms a fault. The identity tells later how often it has struck.
    ///
    /// # Panics
    ///
    /// When a thousand faults are armed already: remove those that are spent.
    pub fn inject(&self, fault: Fault) -> FaultId {
        self.try_inject(fault).expect("fewer faults armed than a thousand")
    }

    /// How many requests the fault has struck; 0 once it is removed.
    pub fn hits(&self, id: FaultId) -> u64 {
        self.lock().faults.iter().find(|armed| armed.id == id).map_or(0, |armed| armed.struck)
    }

    /// Disarms a fault; whether it was there.
    pub fn remove(&self, id: FaultId) -> bool {
        let mut armed = self.lock();
        let before = armed.faults.len();
        armed.faults.retain(|fault| fault.id != id);
        armed.faults.len() != before
    }

    /// Disarms all.
    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    /// As [`arm`](Self::arm); `None` where there are too many already.
    pub(crate) fn try_inject(&self, fault: Fault) -> Option<FaultId> {
        let mut armed = self.lock();
        if armed.faults.len() >= MAX_ARMED {
            return None;
        }
        armed.next_id += 1;
        let id = FaultId(armed.next_id);
        let random = Random::seeded(fault.seed());
        armed.faults.push(ArmedFault { id, fault, seen: 0, struck: 0, random });
        Some(id)
    }

    pub(crate) fn all(&self) -> Vec<ArmedFault> {
        self.lock().faults.clone()
    }

    /// What shall go wrong with a request.
    pub(crate) fn strike<B>(&self, request: &Request<B>) -> Strike {
        let mut armed = self.lock();
        let mut strike = Strike::default();
        if armed.faults.is_empty() {
            return strike;
        }
        let (path, verb) = (request.uri().path(), Verb::of(request));
        for fault in &mut armed.faults {
            if fault.fault.aim().fits(path, verb) {
                fault.seen += 1;
                if fault.fault.aim().hits(fault.seen, fault.struck, &mut fault.random) {
                    fault.struck += 1;
                    strike.add(fault.fault.effect());
                }
            }
        }
        strike
    }

    fn lock(&self) -> MutexGuard<'_, Armed> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
