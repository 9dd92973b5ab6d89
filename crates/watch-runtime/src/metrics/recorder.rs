//! Records the metrics of one stream.

use std::time::Duration;

use metrics::{Counter, Histogram, counter, gauge, histogram};
use watch_protocol::{Cause, EventType, Origin, WatchStatus};
use watchable_core::ResourceInfo;

use crate::metrics::names::{
    DECODE_ERRORS, EVENTS, INTERRUPTED, LAG, RECEIVED_BYTES, REPAIRS, RESTARTS, UNKNOWN_EVENTS,
};

/// The metrics of one stream, looked up when the stream is created.
pub(crate) struct MetricsRecorder {
    resource: String,
    /// By type and origin.
    events: [Vec<Counter>; 3],
    decode_errors: Counter,
    unknown_events: Counter,
    repairs: Counter,
    bytes: Counter,
    lag: Histogram,
    /// The unknown events and repairs recorded so far.
    recorded: (u64, u64),
    /// The cause under which the stream counts as interrupted.
    interrupted: Option<&'static str>,
}

impl MetricsRecorder {
    pub(crate) fn new(resource: &ResourceInfo) -> Self {
        let resource = resource.to_string();
        let counter = |name| counter!(name, "resource" => resource.clone());
        let events = [EventType::Added, EventType::Modified, EventType::Deleted].map(|etype| {
            let counters = Origin::ALL.iter().map(|origin| {
                counter!(
                    EVENTS,
                    "resource" => resource.clone(),
                    "type" => etype.as_str(),
                    "origin" => origin.as_str()
                )
            });
            counters.collect()
        });
        Self {
            events,
            decode_errors: counter(DECODE_ERRORS),
            unknown_events: counter(UNKNOWN_EVENTS),
            repairs: counter(REPAIRS),
            bytes: counter(RECEIVED_BYTES),
            lag: histogram!(LAG, "resource" => resource.clone()),
            recorded: (0, 0),
            interrupted: None,
            resource,
        }
    }

    pub(crate) fn record_bytes(&self, bytes: usize) {
        self.bytes.increment(bytes as u64);
    }

    /// The lag is a closure because computing it reads the clock, which the no-op recorder avoids.
    pub(crate) fn record_event(
        &self,
        etype: EventType,
        origin: Origin,
        lag: impl FnOnce() -> Duration,
    ) {
        self.events[etype as usize][origin as usize].increment(1);
        self.lag.record(lag().as_secs_f64());
    }

    pub(crate) fn record_decode_error(&self) {
        self.decode_errors.increment(1);
    }

    /// Looks up its counter each time: restarts are rare.
    pub(crate) fn record_restart(&self, cause: Cause) {
        let resource = self.resource.clone();
        counter!(RESTARTS, "resource" => resource, "cause" => cause.as_str()).increment(1);
    }

    /// Records the increase of the status counters since the last call.
    pub(crate) fn record_status(&mut self, status: &WatchStatus) {
        let (unknown_events, repairs) = self.recorded;
        self.unknown_events.increment(status.unknown_events - unknown_events);
        self.repairs.increment(status.repairs - repairs);
        self.recorded = (status.unknown_events, status.repairs);
        self.record_interruption(status.interruption.map(|now| now.cause.as_str()));
    }

    fn record_interruption(&mut self, cause: Option<&'static str>) {
        let before = std::mem::replace(&mut self.interrupted, cause);
        if before == cause {
            return;
        }
        let streams =
            |cause| gauge!(INTERRUPTED, "resource" => self.resource.clone(), "cause" => cause);
        if let Some(cause) = before {
            streams(cause).decrement(1.0);
        }
        if let Some(cause) = cause {
            streams(cause).increment(1.0);
        }
    }
}

impl Drop for MetricsRecorder {
    fn drop(&mut self) {
        self.record_interruption(None);
    }
}
