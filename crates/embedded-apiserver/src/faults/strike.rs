//! All that shall go wrong with one request.

use std::time::Duration;

use super::body::Spoiling;
use super::{Effect, Place};
use crate::builder::FOREVER;
use crate::error::ApiError;

/// What goes wrong with a request, of one or several faults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strike {
    pub(crate) compact: bool,
    /// How long connections are refused.
    pub(crate) refuse: Option<Duration>,
    /// How long the server is down.
    pub(crate) restart: Option<Duration>,
    pub(crate) delay: Duration,
    pub(crate) disconnect: bool,
    pub(crate) refusal: Option<ApiError>,
    pub(crate) shuffle: Option<u64>,
    pub(crate) body: Vec<Spoiling>,
}

impl Strike {
    pub(super) fn add(&mut self, effect: &Effect) {
        match *effect {
            Effect::HangUp => self.disconnect = true,
            Effect::Cut(place) => self.body.push(Spoiling::Cut(place)),
            Effect::Stall { place, milliseconds } => {
                self.body.push(Spoiling::Stall(place, milliseconds.map(time)));
            }
            Effect::Delay { milliseconds } => self.delay += time(milliseconds),
            Effect::Status { code, retry_after_seconds } => {
                self.refusal.get_or_insert(ApiError::on_demand(code, retry_after_seconds));
            }
            Effect::ErrorEvent { events, code } => {
                let error = Box::new(ApiError::on_demand(code, None));
                self.body.push(Spoiling::Error(Place { events, bytes: 0 }, error));
            }
            Effect::DropBookmarks => self.body.push(Spoiling::DropBookmarks),
            Effect::ShuffleInitialEvents { seed } => self.shuffle = Some(seed),
            Effect::Compact => self.compact = true,
            Effect::Restart { down_milliseconds } => self.restart = Some(time(down_milliseconds)),
            Effect::Refuse { milliseconds } => self.refuse = Some(time(milliseconds)),
        }
    }
}

/// No longer than a clock bears.
fn time(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds).min(FOREVER)
}
