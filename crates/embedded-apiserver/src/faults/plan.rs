//! The faults of one request, combined.

use std::time::Duration;

use super::body::BodyFault;
use super::effect::{Effect, Place};
use crate::error::ApiError;
use crate::support::time::FOREVER;

/// What goes wrong with a request, by one or several faults.
#[derive(Clone, Debug, Default)]
pub(crate) struct FaultPlan {
    pub(crate) compact: bool,
    /// For how long connections are refused.
    pub(crate) refuse_connections: Option<Duration>,
    /// For how long the server is down after a restart.
    pub(crate) restart: Option<Duration>,
    pub(crate) delay: Duration,
    pub(crate) disconnect: bool,
    pub(crate) rejection: Option<ApiError>,
    /// The seed of another order of initial events.
    pub(crate) shuffle: Option<u64>,
    pub(crate) body: Vec<BodyFault>,
}

impl FaultPlan {
    pub(super) fn add(&mut self, effect: &Effect) {
        match *effect {
            Effect::Disconnect => self.disconnect = true,
            Effect::DisconnectAt(place) => self.body.push(BodyFault::Disconnect(place)),
            Effect::Stall { place, milliseconds } => {
                self.body.push(BodyFault::Stall(place, milliseconds.map(time)));
            }
            Effect::Delay { milliseconds } => self.delay += time(milliseconds),
            Effect::Status { code, retry_after_seconds } => {
                self.rejection.get_or_insert(ApiError::injected(code, retry_after_seconds));
            }
            Effect::ErrorEvent { events, code } => {
                let error = Box::new(ApiError::injected(code, None));
                self.body.push(BodyFault::Error(Place { events, bytes: 0 }, error));
            }
            Effect::DropBookmarks => self.body.push(BodyFault::DropBookmarks),
            Effect::ShuffleInitialEvents { seed } => self.shuffle = Some(seed),
            Effect::Compact => self.compact = true,
            Effect::Restart { down_milliseconds } => self.restart = Some(time(down_milliseconds)),
            Effect::Refuse { milliseconds } => self.refuse_connections = Some(time(milliseconds)),
        }
    }
}

/// Returns a duration that a clock can add without overflow.
fn time(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds).min(FOREVER)
}
