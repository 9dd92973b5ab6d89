//! The registered faults of a server, and which of them hit a request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Request;
use serde::Serialize;

use super::fault::{Fault, FaultId};
use super::plan::FaultPlan;
use super::verb::Verb;
use crate::support::random::Random;

/// The greatest number of registered faults: a bound against a runaway script.
const MAX_FAULTS: usize = 1_000;

/// The faults of a server. It is a handle, cheap to clone.
///
/// Faults are injected in the order in which they were registered. A request can be hit by
/// several, such as a delay and a disconnect.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    registered: Arc<Mutex<Registered>>,
}

#[derive(Debug, Default)]
struct Registered {
    next_id: u64,
    faults: Vec<RegisteredFault>,
}

/// A registered fault and its counts.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RegisteredFault {
    id: FaultId,
    #[serde(flatten)]
    fault: Fault,
    /// The number of requests that matched.
    matched: u64,
    /// The number of requests that were hit.
    hits: u64,
    #[serde(skip)]
    random: Random,
}

impl Faults {
    /// Registers a fault, which is active from now on.
    ///
    /// # Panics
    ///
    /// A thousand faults are registered already; remove those that are no longer needed.
    pub fn inject(&self, fault: Fault) -> FaultId {
        self.try_inject(fault).expect("fewer than a thousand registered faults")
    }

    /// Returns the number of requests that a fault has hit; 0 after its removal.
    pub fn hits(&self, id: FaultId) -> u64 {
        self.lock().faults.iter().find(|fault| fault.id == id).map_or(0, |fault| fault.hits)
    }

    /// Removes a fault; returns whether it was registered.
    pub fn remove(&self, id: FaultId) -> bool {
        let mut registered = self.lock();
        let before = registered.faults.len();
        registered.faults.retain(|fault| fault.id != id);
        registered.faults.len() != before
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    /// Registers a fault as [`inject`](Self::inject) does; `None` if there are too many.
    pub(crate) fn try_inject(&self, fault: Fault) -> Option<FaultId> {
        let mut registered = self.lock();
        if registered.faults.len() >= MAX_FAULTS {
            return None;
        }
        registered.next_id += 1;
        let id = FaultId(registered.next_id);
        let random = Random::seeded(fault.seed());
        registered.faults.push(RegisteredFault { id, fault, matched: 0, hits: 0, random });
        Some(id)
    }

    pub(crate) fn all(&self) -> Vec<RegisteredFault> {
        self.lock().faults.clone()
    }

    /// Returns the faults that hit a request, and counts them.
    pub(super) fn match_request<B>(&self, request: &Request<B>) -> FaultPlan {
        let mut registered = self.lock();
        let mut plan = FaultPlan::default();
        if registered.faults.is_empty() {
            return plan;
        }
        let (path, verb) = (request.uri().path(), Verb::of(request));
        for fault in &mut registered.faults {
            let matcher = fault.fault.matcher();
            if matcher.matches(path, verb) {
                fault.matched += 1;
                if matcher.is_hit(fault.matched, fault.hits, &mut fault.random) {
                    fault.hits += 1;
                    plan.add(fault.fault.effect());
                }
            }
        }
        plan
    }

    fn lock(&self) -> MutexGuard<'_, Registered> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
