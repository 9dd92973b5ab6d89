//! What streams count, by the `metrics` crate (feature `metrics`): names, labels and units.
//!
//! All have the label `resource`, such as `pods/v1`. A stream looks for the program's recorder when it
//! is made: install one before.
//!
//! | name | kind | unit | further labels |
//! |---|---|---|---|
//! | [`EVENTS`] | counter | events | `type`: `ADDED`, `MODIFIED`, `DELETED`; `origin`: `initial`, `repair`, `live` |
//! | [`RESTARTS`] | counter | requests | `cause`: see [`Cause::as_str`] |
//! | [`DECODE_ERRORS`] | counter | objects | |
//! | [`UNKNOWN_EVENTS`] | counter | events | |
//! | [`REPAIRS`] | counter | gaps | |
//! | [`RECEIVED_BYTES`] | counter | bytes | |
//! | [`LAG`] | histogram | seconds | |

use std::time::Duration;

use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};
use watchable_core::ResourceInfo;

use crate::status::Cause;
use crate::{EventType, Origin, WatchStatus};

/// Events that were delivered.
pub const EVENTS: &str = "watchables_events_total";
/// Requests for a watch or a list that were made again, because something had ended or gone wrong.
pub const RESTARTS: &str = "watchables_restarts_total";
/// Objects that did not decode into their type, each told as an error and not as an event.
pub const DECODE_ERRORS: &str = "watchables_decode_errors_total";
/// Events of a type that is not known, which were skipped.
pub const UNKNOWN_EVENTS: &str = "watchables_unknown_events_total";
/// Gaps that were repaired: states taken anew and compared with what was delivered.
pub const REPAIRS: &str = "watchables_repairs_total";
/// Bytes of lists and watches that came, after HTTP's own encoding was taken off; no heads.
pub const RECEIVED_BYTES: &str = "watchables_received_bytes_total";
/// From the arrival of an event's last bytes to its delivery, in seconds: what decoding it takes, and
/// what the consumer takes for the events before it that came at once. What the network and the
/// server take is not in it, since objects do not say when they were changed.
pub const LAG: &str = "watchables_lag_seconds";

/// Tells the program's recorder what each metric means, and its unit.
pub fn describe() {
    describe_counter!(EVENTS, Unit::Count, "events delivered, by type and origin");
    describe_counter!(RESTARTS, Unit::Count, "watches and lists asked for again, by cause");
    describe_counter!(DECODE_ERRORS, Unit::Count, "objects that did not decode into their type");
    describe_counter!(UNKNOWN_EVENTS, Unit::Count, "events of an unknown type, skipped");
    describe_counter!(REPAIRS, Unit::Count, "gaps repaired");
    describe_counter!(RECEIVED_BYTES, Unit::Bytes, "bytes of lists and watches received");
    describe_histogram!(LAG, Unit::Seconds, "from an event's last bytes to its delivery");
}

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
        self.unknown.increment(status.unknown - unknown);
        self.repairs.increment(status.repairs - repairs);
        self.counted = (status.unknown, status.repairs);
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
