//! The names of the metrics.

use metrics::{Unit, describe_counter, describe_histogram};

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
