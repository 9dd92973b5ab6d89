//! A fault: what goes wrong, and with which requests.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::{Effect, Place};
use super::matcher::RequestMatcher;
use super::verb::Verb;

/// Something that goes wrong, and with which requests: all, unless it is aimed.
///
/// ```
/// # use embedded_apiserver::{Fault, Verb};
/// // The second watch of pods is cut 20 bytes into its fourth event.
/// Fault::disconnect_in_event(3, 20).path("/api/v1/pods").verb(Verb::Watch).nth(2);
/// // One request in ten is told to come back in two seconds.
/// Fault::too_many_requests(2).chance(0.1, 17);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a fault does nothing until it is armed"]
pub struct Fault {
    effect: Effect,
    #[serde(flatten)]
    matcher: RequestMatcher,
}

/// The identity of an armed fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FaultId(pub(super) u64);

/// What goes wrong.
impl Fault {
    /// The connection is closed instead of an answer.
    pub fn disconnect() -> Self {
        Self::of(Effect::Disconnect)
    }

    /// The connection is cut after so many bytes of the body; an answer that is shorter stays whole.
    pub fn disconnect_after_bytes(bytes: u64) -> Self {
        Self::of(Effect::DisconnectAt(Place { events: 0, bytes }))
    }

    /// The connection is cut after so many whole events of a watch and some bytes of the next.
    pub fn disconnect_in_event(events: u64, bytes: u64) -> Self {
        Self::of(Effect::DisconnectAt(Place { events, bytes }))
    }

    /// Nothing more comes after so many bytes of the body, and the connection stays open.
    pub fn stall_after_bytes(bytes: u64) -> Self {
        Self::of(Effect::Stall { place: Place { events: 0, bytes }, milliseconds: None })
    }

    /// Nothing more comes after so many whole events of a watch and some bytes of the next.
    pub fn stall_in_event(events: u64, bytes: u64) -> Self {
        Self::of(Effect::Stall { place: Place { events, bytes }, milliseconds: None })
    }

    /// The answer begins so much later, to the millisecond.
    pub fn delay(time: Duration) -> Self {
        Self::of(Effect::Delay { milliseconds: milliseconds(time) })
    }

    /// 410, reason `Expired`, as the answer's status.
    pub fn gone() -> Self {
        Self::status(410)
    }

    /// 410, reason `Expired`, as an ERROR event after so many events of a watch, which then ends.
    pub fn gone_event(events: u64) -> Self {
        Self::error_event(events, 410)
    }

    /// An ERROR event with a code after so many events of a watch, which then ends.
    pub fn error_event(events: u64, code: u16) -> Self {
        Self::of(Effect::ErrorEvent { events, code })
    }

    /// 429 with a `Retry-After`.
    pub fn too_many_requests(retry_after_seconds: u32) -> Self {
        let retry_after_seconds = Some(retry_after_seconds);
        Self::of(Effect::Status { code: 429, retry_after_seconds })
    }

    /// 500, reason `InternalError`.
    pub fn internal_error() -> Self {
        Self::status(500)
    }

    /// 503, reason `ServiceUnavailable`.
    pub fn unavailable() -> Self {
        Self::status(503)
    }

    /// Another code, 400 to 599, with the Status body that a real server has for it.
    ///
    /// # Panics
    ///
    /// The code is no error.
    pub fn status(code: u16) -> Self {
        let fault = Self::of(Effect::Status { code, retry_after_seconds: None });
        if let Err(why) = fault.check() {
            panic!("{why}");
        }
        fault
    }

    /// Bookmarks are left out, the one at the end of the initial events too.
    pub fn drop_bookmarks() -> Self {
        Self::of(Effect::DropBookmarks)
    }

    /// The initial events of a watch come in another order; the same seed gives the same.
    pub fn shuffle_initial_events(seed: u64) -> Self {
        Self::of(Effect::ShuffleInitialEvents { seed })
    }

    /// The history is forgotten before the request is answered.
    pub fn compact() -> Self {
        Self::of(Effect::Compact)
    }

    /// The server restarts instead of an answer: [`EmbeddedServer::restart`](crate::EmbeddedServer::restart).
    pub fn restart(down: Duration) -> Self {
        Self::of(Effect::Restart { down_milliseconds: milliseconds(down) })
    }

    /// From this request on connections are refused for a while; open ones go on, and so does it.
    pub fn refuse_connections(time: Duration) -> Self {
        Self::of(Effect::Refuse { milliseconds: milliseconds(time) })
    }
}

/// Which requests it strikes.
impl Fault {
    /// Only requests of this path, without the query; `*` at its end stands for anything.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.matcher.path = Some(path.into());
        self
    }

    /// Only requests of this verb.
    pub fn verb(mut self, verb: Verb) -> Self {
        self.matcher.verb = Some(verb);
        self
    }

    /// Only the nth request that fits, counted from 1 when the fault is armed; with
    /// [`times`](Self::times), that and those after it.
    ///
    /// # Panics
    ///
    /// `nth` is 0.
    pub fn nth(mut self, nth: u64) -> Self {
        assert_ne!(nth, 0, "requests are counted from 1");
        self.matcher.nth = Some(nth);
        self
    }

    /// At most so many requests.
    pub fn times(mut self, times: u64) -> Self {
        self.matcher.times = Some(times);
        self
    }

    /// Each request that fits only with this probability; the same seed gives the same choice.
    ///
    /// # Panics
    ///
    /// The chance is not between 0 and 1.
    pub fn chance(mut self, chance: f64, seed: u64) -> Self {
        assert!((0.0..=1.0).contains(&chance), "a chance lies between 0 and 1");
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

    /// Says what is wrong with one that came over the wire, if anything is.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.matcher.check()?;
        match self.effect {
            Effect::Status { code, .. } | Effect::ErrorEvent { code, .. }
                if !(400..600).contains(&code) =>
            {
                Err(format!("code is {code}, which is no error; take one from 400 to 599"))
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
