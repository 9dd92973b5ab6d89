//! One shard: its Lease, and what this replica has of it.
//!
//! ```text
//! None ── request ──► Acquiring ── accepted ──► Held ── lost ──► Stopping ── stopped, or its time is over ──► Releasing
//!  ▲ ▲                    │ rejected                                                                              │
//!  │ └────────────────────┘                                                                                       │
//!  └───────────────────── released, expired, or another's ──────────────────────────────────────────────────────┘
//! ```

use std::time::Instant;

use super::event::{LostReason, ShardEvent};
use super::lease_view::{InFlight, LeaseView};
use super::request::{Outcome, Purpose};
use super::settings::ReplicaSettings;

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) shard: u32,
    pub(super) view: LeaseView,
    pub(super) tenure: Tenure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tenure {
    /// It is another's, or nobody's.
    None,
    /// It is requested.
    Acquiring,
    /// It is held, since its last renewal was sent.
    Held { epoch: u32, renewed: Instant },
    /// It was held, and the caller still stops what it does for it.
    Stopping { stop_by: Instant },
    /// It is to be released, unless it has expired.
    Releasing { until: Instant },
}

impl Slot {
    /// Whether it counts as this replica's.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self.tenure, Tenure::Acquiring | Tenure::Held { .. })
    }

    /// Ends a tenure. Returns the event, if it is held.
    pub(super) fn lose(
        &mut self,
        reason: LostReason,
        settings: &ReplicaSettings,
        now: Instant,
    ) -> Option<ShardEvent> {
        let Tenure::Held { renewed, .. } = self.tenure else { return None };
        let stop_by = match reason {
            LostReason::TakenAway => now,
            _ => renewed + settings.validity(),
        };
        self.tenure = Tenure::Stopping { stop_by };
        self.view.not_before = self.view.not_before.min(now);
        Some(ShardEvent::Lost { shard: self.shard, stop_by, reason })
    }

    /// The caller does nothing for the shard any more.
    pub(super) fn stopped(&mut self, settings: &ReplicaSettings) {
        if let Tenure::Stopping { stop_by } = self.tenure {
            self.tenure = Tenure::Releasing { until: stop_by + settings.retry_period };
        }
    }

    /// Handles what has happened by itself: deadlines, and what others have done with the Lease.
    pub(super) fn advance(
        &mut self,
        settings: &ReplicaSettings,
        now: Instant,
    ) -> Option<ShardEvent> {
        let ours = self.view.is_held_by(&settings.identity);
        match self.tenure {
            // A deleted Lease is created again, unless another replica was faster.
            Tenure::Held { .. } if !ours && self.view.lease().is_some() => {
                return self.lose(LostReason::TakenAway, settings, now);
            }
            Tenure::Held { renewed, .. } if now >= renewed + settings.renew_deadline => {
                return self.lose(LostReason::NotRenewed, settings, now);
            }
            Tenure::Stopping { stop_by } if now >= stop_by => self.stopped(settings),
            _ => {}
        }
        match self.tenure {
            Tenure::Releasing { until }
                if self.view.request.is_none() && (!ours || now >= until) =>
            {
                self.tenure = Tenure::None;
            }
            _ => {}
        }
        None
    }

    /// Returns when `advance` has something to do, if nothing else happens.
    pub(super) fn deadline(&self, settings: &ReplicaSettings) -> Option<Instant> {
        match self.tenure {
            Tenure::Held { renewed, .. } => Some(renewed + settings.renew_deadline),
            Tenure::Stopping { stop_by } => Some(stop_by),
            Tenure::Releasing { until } => Some(until),
            Tenure::None | Tenure::Acquiring => None,
        }
    }

    /// Handles what became of a request.
    pub(super) fn responded(
        &mut self,
        request: InFlight,
        outcome: Outcome,
        settings: &ReplicaSettings,
        now: Instant,
    ) -> Option<ShardEvent> {
        let InFlight { purpose, sent } = request;
        let is_accepted = outcome.is_ok();
        self.view.responded(outcome, now);
        if is_accepted {
            return self.accepted(purpose, sent, settings, now);
        }
        if purpose == Purpose::Acquire {
            self.tenure = Tenure::None;
        }
        None
    }

    fn accepted(
        &mut self,
        purpose: Purpose,
        sent: Instant,
        settings: &ReplicaSettings,
        now: Instant,
    ) -> Option<ShardEvent> {
        match (purpose, self.tenure) {
            // The response came so late that it has to be renewed before it is of use.
            (Purpose::Acquire, _) if now >= sent + settings.renew_deadline => {
                self.tenure = Tenure::Releasing { until: sent + settings.lease_duration };
                None
            }
            (Purpose::Acquire, _) => {
                let epoch = self.view.lease().map_or(0, super::lease::Lease::transitions);
                self.tenure = Tenure::Held { epoch, renewed: sent };
                Some(ShardEvent::Acquired { shard: self.shard, epoch: epoch.into() })
            }
            (Purpose::Renew, Tenure::Held { epoch, .. }) => {
                self.tenure = Tenure::Held { epoch, renewed: sent };
                None
            }
            _ => None,
        }
    }
}
