//! What one stream counts.

use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};
use watchable_core::ResourceInfo;

use crate::metrics::names::{
    DECODE_ERRORS, EVENTS, LAG, RECEIVED_BYTES, REPAIRS, RESTARTS, UNKNOWN_EVENTS,
};
use crate::protocol::event::{EventType, Origin};
use crate::protocol::status::{Cause, WatchStatus};

/// What one stream counts.
pub(crate) struct Meter {
    resource: String,
    /// By type and origin.
    events: [[Counter; 3]; 3],
    decode_errors: Counter,
    unknown: Counter,
    repairs: Counter,
    bytes: Counter,
    lag: Histogram,
    /// What was counted of the status so far.
    counted: (u64, u64),
}

impl Meter {
    pub(crate) fn new(resource: &ResourceInfo) -> Self {
        let resource = resource.to_string();
        let count = |name| counter!(name, "resource" => resource.clone());
        let events = [EventType::Added, EventType::Modified, EventType::Deleted].map(|etype| {
            [Origin::Initial, Origin::Repair, Origin::Live].map(|origin| {
                counter!(
                    EVENTS,
                    "resource" => resource.clone(),
                    "type" => etype.as_str(),
                    "origin" => label(origin)
                )
            })
        });
        Self {
            events,
            decode_errors: count(DECODE_ERRORS),
            unknown: count(UNKNOWN_EVENTS),
            repairs: count(REPAIRS),
            bytes: count(RECEIVED_BYTES),
            lag: histogram!(LAG, "resource" => resource.clone()),
            counted: (0, 0),
            resource,
        }
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.bytes.increment(bytes as u64);
    }

    /// The lag is only asked for here, as it takes a look at the clock.
    pub(crate) fn delivered(
        &self,
        etype: EventType,
        origin: Origin,
        lag: impl FnOnce() -> Duration,
    ) {
        self.events[etype as usize][origin_place(origin)].increment(1);
        self.lag.record(lag().as_secs_f64());
    }

    pub(crate) fn undecodable(&self) {
        self.decode_errors.increment(1);
    }

    /// Rare enough to look its counter up each time.
    pub(crate) fn restarted(&self, cause: Cause) {
        let resource = self.resource.clone();
        counter!(RESTARTS, "resource" => resource, "cause" => cause.as_str()).increment(1);
    }

    /// Counts what the status has more of than before.
    pub(crate) fn stands(&mut self, status: &WatchStatus) {
        let (unknown, repairs) = self.counted;
        self.unknown.increment(status.unknown_events - unknown);
        self.repairs.increment(status.repairs - repairs);
        self.counted = (status.unknown_events, status.repairs);
    }
}

fn origin_place(origin: Origin) -> usize {
    match origin {
        Origin::Initial => 0,
        Origin::Repair => 1,
        Origin::Live => 2,
    }
}

fn label(origin: Origin) -> &'static str {
    ["initial", "repair", "live"][origin_place(origin)]
}
