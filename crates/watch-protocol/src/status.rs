//! The status of a stream: what it is doing, and what it has done.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// The status of a stream, as returned by [`Watcher::status`](../watch_runtime/struct.Watcher.html#method.status).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WatchStatus {
    /// What the stream is doing.
    pub phase: Phase,
    /// Since when and why the stream is interrupted. It stays while the stream retries, until it
    /// is [`Live`](Phase::Live) again or has ended.
    pub interruption: Option<Interruption>,
    /// Why the last request got no response, if that is the interruption's cause: the error of the
    /// client and its causes, which name the proxy, certificate or exec plugin that is at fault.
    pub unreachable: Option<Arc<str>>,
    /// Events delivered.
    pub events: u64,
    /// Objects that did not decode into their type.
    pub decode_errors: u64,
    /// Events of an unknown type, which were skipped.
    pub unknown_events: u64,
    /// Requests that were restarts, each for a [`Cause`]. The next page of a list and the watch
    /// after it do not count.
    pub restarts: u64,
    /// Watches that the server has accepted, but for the first one: how often the stream was connected again. Attempts
    /// that failed do not count.
    pub reconnects: u64,
    /// Gaps repaired by a relist, after a 410 or a rollback.
    pub repairs: u64,
    /// Objects in the index, which repairs gaps.
    pub indexed_objects: usize,
    /// Whether the server sends only the objects of the [shard](crate::settings::Settings::shard), as its last list
    /// said. `None` without a shard, or before the first paged list: watches and streaming lists do not say.
    pub shard_is_selected: Option<bool>,
    /// The resource version that the stream has reached. Managed streams only.
    pub resource_version: Option<String>,
    /// When the server last sent something, such as an event or a bookmark. `None` before that.
    pub last_received: Option<Instant>,
}

impl WatchStatus {
    /// Takes over a newer status, reusing the allocation for the version. Returns whether the phase,
    /// the interruption or its reason changed.
    pub fn update(&mut self, newer: &Self, version: Option<&str>) -> bool {
        let changed = self.phase != newer.phase
            || self.interruption != newer.interruption
            || self.unreachable != newer.unreachable;
        let resource_version = self.resource_version.take();
        let unreachable = newer.unreachable.clone();
        *self = Self { unreachable, resource_version, ..*newer };
        match (version, &mut self.resource_version) {
            (None, place) => *place = None,
            (Some(version), Some(place)) => version.clone_into(place),
            (Some(version), place) => *place = Some(version.to_owned()),
        }
        changed
    }
}

/// What a stream is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// It has not started, or has ended.
    #[default]
    Stopped,
    /// Waiting for a response.
    Connecting,
    /// Receiving the initial list, or a relist that repairs a gap.
    Listing {
        /// Objects received.
        done: u64,
        /// Objects left, if the server says.
        remaining: Option<u64>,
    },
    /// Delivering live events. The initial list is complete.
    Live,
    /// Waiting before a retry.
    BackingOff {
        /// When it retries.
        until: Instant,
        /// Why it waits.
        cause: Cause,
    },
}

/// A period in which a stream fails, and retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interruption {
    /// When the first failure occurred since the stream last made progress.
    pub since: Instant,
    /// Why the last request failed.
    pub cause: Cause,
}

/// Why a stream restarted or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The watch ended at its timeout.
    Timeout,
    /// The connection broke, or the response ended early.
    Disconnected,
    /// Nothing was received until the idle timeout.
    IdleTimeout,
    /// The resource version, or the continue token of a list, has expired (410).
    Gone,
    /// The server could not be reached.
    Unreachable,
    /// The server rejected the request with this HTTP status, or ended a watch with an ERROR event
    /// with this code. It is 0 if the event has none.
    Rejected(u16),
    /// The server sent a malformed event or list.
    Malformed,
    /// The response is not from a Kubernetes API: a login page, for example, or text from a proxy.
    UnexpectedContent,
    /// The response is compressed, or encoded otherwise, which was not requested.
    UnrequestedEncoding,
    /// The server does not support streaming lists. A paged list is used instead.
    StreamingListUnsupported,
    /// The server is at an older version than the stream: it was rolled back, as after a restore
    /// from a backup.
    ServerRolledBack,
}

impl Cause {
    /// Returns the cause as one word, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Disconnected => "disconnected",
            Self::IdleTimeout => "idle_timeout",
            Self::Gone => "gone",
            Self::Unreachable => "unreachable",
            Self::Rejected(_) => "rejected",
            Self::Malformed => "malformed",
            Self::UnexpectedContent => "unexpected_content",
            Self::UnrequestedEncoding => "unrequested_encoding",
            Self::StreamingListUnsupported => "streaming_list_unsupported",
            Self::ServerRolledBack => "server_rolled_back",
        }
    }
}

/// In words, such as `idle timeout` or `rejected with HTTP 503 (Service Unavailable)`.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(0) => f.write_str("rejected without a code"),
            Self::Rejected(code) => {
                write!(f, "rejected with HTTP {code}")?;
                let status = http::StatusCode::from_u16(*code).ok();
                match status.and_then(|status| status.canonical_reason()) {
                    Some(reason) => write!(f, " ({reason})"),
                    None => Ok(()),
                }
            }
            Self::IdleTimeout => f.write_str("idle timeout"),
            Self::Malformed => f.write_str("malformed response"),
            Self::UnrequestedEncoding => f.write_str(
                "the response has a Content-Encoding, such as gzip, which was not requested",
            ),
            Self::UnexpectedContent => f.write_str(
                "the response is not from a Kubernetes API, but a login page or a proxy's text",
            ),
            Self::StreamingListUnsupported => {
                f.write_str("the server does not support streaming lists")
            }
            Self::ServerRolledBack => f.write_str("the server was rolled back to an older state"),
            other => f.write_str(other.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_displayed_in_words() {
        for (cause, text) in [
            (Cause::IdleTimeout, "idle timeout"),
            (Cause::Rejected(503), "rejected with HTTP 503 (Service Unavailable)"),
            (Cause::Rejected(520), "rejected with HTTP 520"),
            (Cause::Rejected(0), "rejected without a code"),
            (Cause::Disconnected, "disconnected"),
        ] {
            assert_eq!(cause.to_string(), text);
        }
    }
}
