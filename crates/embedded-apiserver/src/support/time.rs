//! The current time in the format of object metadata, and the longest supported duration.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

/// A year: no wait is longer, and no clock overflows.
pub(crate) const FOREVER: Duration = Duration::from_hours(365 * 24);

/// Returns the current time in RFC 3339, to the second, as metadata has it.
pub(crate) fn now() -> Value {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default().to_string().into()
}
