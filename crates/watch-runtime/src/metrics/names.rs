//! The names of the metrics, and their descriptions.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Events delivered.
pub const EVENTS: &str = "watchables_events_total";
/// Watch and list requests that were sent again after the previous one ended or failed.
pub const RESTARTS: &str = "watchables_restarts_total";
/// Objects that did not decode into their type. Each is delivered as an error and not counted as an
/// event.
pub const DECODE_ERRORS: &str = "watchables_decode_errors_total";
/// Events of an unknown type, which were skipped.
pub const UNKNOWN_EVENTS: &str = "watchables_unknown_events_total";
/// Gaps repaired: relists that were compared with what had been delivered.
pub const REPAIRS: &str = "watchables_repairs_total";
/// Streams that are interrupted at present: they fail and retry. A stream counts under the cause of its
/// last failure, until it is live again or ends.
pub const INTERRUPTED: &str = "watchables_interrupted_streams";
/// Bytes of response bodies of lists and watches, after HTTP content decoding; headers are not counted.
pub const RECEIVED_BYTES: &str = "watchables_received_bytes_total";
/// Time from receiving an event's last bytes to delivering it, in seconds. It consists of decoding and of
/// the time that the consumer takes for earlier events received in the same chunk. Network and server
/// latency are not included, since objects carry no modification time.
pub const LAG: &str = "watchables_lag_seconds";

/// Registers the description and unit of each metric with the program's recorder.
pub fn describe() {
    describe_counter!(EVENTS, Unit::Count, "events delivered, by type and origin");
    describe_counter!(RESTARTS, Unit::Count, "watch and list requests sent again, by cause");
    describe_counter!(DECODE_ERRORS, Unit::Count, "objects that did not decode into their type");
    describe_counter!(UNKNOWN_EVENTS, Unit::Count, "events of an unknown type, skipped");
    describe_counter!(REPAIRS, Unit::Count, "gaps repaired");
    describe_gauge!(INTERRUPTED, Unit::Count, "streams interrupted at present, by cause");
    describe_counter!(RECEIVED_BYTES, Unit::Bytes, "bytes of lists and watches received");
    describe_histogram!(LAG, Unit::Seconds, "time from receiving an event to delivering it");
}
