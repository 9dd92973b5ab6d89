//! A recording that is shown: how far it is, and what its keys ask for.

use jiff::Timestamp;

/// How far a recording is. The time that is shown is [`Now::time`](crate::Now::time).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playback {
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Whether time goes on.
    pub is_playing: bool,
    /// How many times as fast as it happened.
    pub speed: f64,
}

/// What a key asks a recording for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaybackAction {
    /// Play if it is paused, and pause if it plays.
    Toggle,
    /// Go on to the next event.
    Step,
    /// Go this many seconds on, or back if it is negative.
    Seek(i64),
    /// Play twice as fast.
    Faster,
    /// Play half as fast.
    Slower,
}
