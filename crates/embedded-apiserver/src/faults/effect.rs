//! The effect of a fault: what goes wrong.

use serde::{Deserialize, Serialize};

/// What goes wrong. Its JSON is what the control endpoint accepts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    Disconnect,
    DisconnectAt(Place),
    Stall {
        #[serde(default)]
        place: Place,
        /// Absent for a stall without end.
        milliseconds: Option<u64>,
    },
    Delay {
        milliseconds: u64,
    },
    Status {
        code: u16,
        retry_after_seconds: Option<u32>,
    },
    ErrorEvent {
        #[serde(default)]
        events: u64,
        code: u16,
    },
    DropBookmarks,
    ShuffleInitialEvents {
        #[serde(default)]
        seed: u64,
    },
    Compact,
    Restart {
        #[serde(default)]
        down_milliseconds: u64,
    },
    Refuse {
        milliseconds: u64,
    },
}

/// A place in the body of a response: `bytes` bytes after the end of `events` lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Place {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
}
