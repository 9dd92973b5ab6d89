//! A fault: an effect, and a matcher of requests.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::{Effect, Place};
use super::matcher::RequestMatcher;
use super::verb::Verb;

/// A fault to inject. It hits every request, unless it is narrowed to some.
///
/// ```
/// # use embedded_apiserver::{Fault, Verb};
/// // Disconnects the second watch of pods 20 bytes into its fourth event.
/// Fault::disconnect_in_event(3, 20).path("/api/v1/pods").verb(Verb::Watch).nth(2);
/// // Rejects one request in ten, to be retried after two seconds.
/// Fault::too_many_requests(2).chance(0.1, 17);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    effect: Effect,
    #[serde(flatten)]
    matcher: RequestMatcher,
}

/// The id of a registered fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FaultId(pub(super) u64);

/// The effect.
impl Fault {
    /// Closes the connection instead of responding.
    pub fn disconnect() -> Self {
        Self::of(Effect::Disconnect)
    }

    /// Closes the connection after some bytes of the body. A shorter response stays complete.
    pub fn disconnect_after_bytes(bytes: u64) -> Self {
        Self::of(Effect::DisconnectAt(Place { events: 0, bytes }))
    }

    /// Closes the connection after some complete events of a watch and some bytes of the next.
    pub fn disconnect_in_event(events: u64, bytes: u64) -> Self {
        Self::of(Effect::DisconnectAt(Place { events, bytes }))
    }

    /// Stalls after some bytes of the body: nothing more is sent, and the connection stays open.
    pub fn stall_after_bytes(bytes: u64) -> Self {
        Self::of(Effect::Stall { place: Place { events: 0, bytes }, milliseconds: None })
    }

    /// Stalls after some complete events of a watch and some bytes of the next.
    pub fn stall_in_event(events: u64, bytes: u64) -> Self {
        Self::of(Effect::Stall { place: Place { events, bytes }, milliseconds: None })
    }

    /// Delays the response; the resolution is a millisecond.
    pub fn delay(time: Duration) -> Self {
        Self::of(Effect::Delay { milliseconds: milliseconds(time) })
    }

    /// Rejects the request with 410, reason `Expired`.
    pub fn gone() -> Self {
        Self::status(410)
    }

    /// Ends a watch after some events with an ERROR event of 410, reason `Expired`.
    pub fn gone_event(events: u64) -> Self {
        Self::error_event(events, 410)
    }

    /// Ends a watch after some events with an ERROR event.
    pub fn error_event(events: u64, code: u16) -> Self {
        Self::of(Effect::ErrorEvent { events, code })
    }

    /// Rejects the request with 429 and `Retry-After`.
    pub fn too_many_requests(retry_after_seconds: u32) -> Self {
        let retry_after_seconds = Some(retry_after_seconds);
        Self::of(Effect::Status { code: 429, retry_after_seconds })
    }

    /// Rejects the request with 500, reason `InternalError`.
    pub fn internal_error() -> Self {
        Self::status(500)
    }

    /// Rejects the request with 503, reason `ServiceUnavailable`.
    pub fn unavailable() -> Self {
        Self::status(503)
    }

    /// Rejects the request with a code from 400 to 599, and the Status body of a real server.
    ///
    /// # Panics
    ///
    /// The code is not an error.
    pub fn status(code: u16) -> Self {
        let fault = Self::of(Effect::Status { code, retry_after_seconds: None });
        if let Err(why) = fault.check() {
            panic!("{why}");
        }
        fault
    }

    /// Drops bookmarks, including the one at the end of initial events.
    pub fn drop_bookmarks() -> Self {
        Self::of(Effect::DropBookmarks)
    }

    /// Shuffles the initial events of a watch; the same seed gives the same order.
    pub fn shuffle_initial_events(seed: u64) -> Self {
        Self::of(Effect::ShuffleInitialEvents { seed })
    }

    /// Compacts the history before the request is handled.
    pub fn compact() -> Self {
        Self::of(Effect::Compact)
    }

    /// Restarts the server instead of responding, as `EmbeddedServer::restart` does.
    pub fn restart(down: Duration) -> Self {
        Self::of(Effect::Restart { down_milliseconds: milliseconds(down) })
    }

    /// Refuses new connections for some time. Open connections stay, and so does this request.
    pub fn refuse_connections(time: Duration) -> Self {
        Self::of(Effect::Refuse { milliseconds: milliseconds(time) })
    }
}

/// The matcher.
impl Fault {
    /// Matches a path only, without its query. A `*` at the end matches any suffix.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.matcher.path = Some(path.into());
        self
    }

    /// Matches a verb only.
    pub fn verb(mut self, verb: Verb) -> Self {
        self.matcher.verb = Some(verb);
        self
    }

    /// Hits only the nth request that matches, counted from 1; with [`times`](Self::times), that and
    /// the following ones.
    ///
    /// # Panics
    ///
    /// `nth` is 0.
    pub fn nth(mut self, nth: u64) -> Self {
        assert_ne!(nth, 0, "requests are counted from 1");
        self.matcher.nth = Some(nth);
        self
    }

    /// Limits the number of requests that are hit.
    pub fn times(mut self, times: u64) -> Self {
        self.matcher.times = Some(times);
        self
    }

    /// Hits each matching request with a probability; the same seed gives the same choices.
    ///
    /// # Panics
    ///
    /// The probability is not between 0 and 1.
    pub fn chance(mut self, chance: f64, seed: u64) -> Self {
        assert!((0.0..=1.0).contains(&chance), "chance is not between 0 and 1");
        self.matcher.chance = Some(chance);
        self.matcher.seed = seed;
        self
    }
}

impl Fault {
    fn of(effect: Effect) -> Self {
        Self { effect, matcher: RequestMatcher::default() }
    }

    pub(super) fn effect(&self) -> &Effect {
        &self.effect
    }

    pub(super) fn matcher(&self) -> &RequestMatcher {
        &self.matcher
    }

    pub(super) fn seed(&self) -> u64 {
        self.matcher.seed
    }

    /// Validates a fault that came over HTTP.
    ///
    /// # Errors
    ///
    /// A parameter is out of range.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.matcher.check()?;
        match self.effect {
            Effect::Status { code, .. } | Effect::ErrorEvent { code, .. }
                if !(400..600).contains(&code) =>
            {
                Err(format!("code is {code}, not an error; use 400 to 599"))
            }
            _ => Ok(()),
        }
    }
}

impl FaultId {
    pub(crate) fn new(id: u64) -> Self {
        Self(id)
    }
}

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
