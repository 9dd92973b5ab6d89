//! Metrics of streams, recorded with the `metrics` crate (feature `metrics`): names, labels and units.
//!
//! Every metric has the label `resource`, for example `pods/v1`. A stream looks up the program's recorder
//! when it is created, so install the recorder first.
//!
//! | name | kind | unit | further labels |
//! |---|---|---|---|
//! | [`EVENTS`] | counter | events | `type`: `ADDED`, `MODIFIED`, `DELETED`; `origin`: `initial`, `repair`, `live` |
//! | [`RESTARTS`] | counter | requests | `cause`: see [`Cause::as_str`](crate::Cause::as_str) |
//! | [`DECODE_ERRORS`] | counter | objects | |
//! | [`UNKNOWN_EVENTS`] | counter | events | |
//! | [`REPAIRS`] | counter | gaps | |
//! | [`INTERRUPTED`] | gauge | streams | `cause`, as above |
//! | [`RECEIVED_BYTES`] | counter | bytes | |
//! | [`LAG`] | histogram | seconds | |

#[cfg(feature = "metrics")]
mod names;
#[cfg(not(feature = "metrics"))]
mod noop_recorder;
#[cfg(feature = "metrics")]
mod recorder;

#[cfg(feature = "metrics")]
pub use names::{
    DECODE_ERRORS, EVENTS, INTERRUPTED, LAG, RECEIVED_BYTES, REPAIRS, RESTARTS, UNKNOWN_EVENTS,
    describe,
};
#[cfg(not(feature = "metrics"))]
pub(crate) use noop_recorder::MetricsRecorder;
#[cfg(feature = "metrics")]
pub(crate) use recorder::MetricsRecorder;
