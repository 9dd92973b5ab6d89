//! The beginning of a replay: its first state, and what is to come after it.

use embedded_apiserver::Replay;
use jiff::Timestamp;

use super::error::ReplayerError;
use super::options::ReplayOptions;
use super::order::{Changes, Lines};
use super::sources::{Sources, Start};
use crate::{Entry, Recording};

/// Puts in the state with which the replay begins, and returns what comes after it.
pub(super) fn load(
    recording: &Recording,
    options: &ReplayOptions,
    replay: &Replay,
) -> Result<(Changes, Timestamp), ReplayerError> {
    let mut sources = Sources::new(recording.header());
    let begin = recording.range().0;
    let (start, lines): (Start, Lines) = if let Some(from) = options.from {
        let state = recording.state_at(from)?;
        // The state has all lines of that time.
        let is_later =
            move |entry: &Result<Entry, _>| entry.as_ref().map_or(true, |e| e.time > from);
        let lines = recording.entries_from(from).filter(is_later);
        (sources.start_at(&state)?, Box::new(lines))
    } else {
        let mut lines = recording.entries();
        let mut start = sources.start(&mut lines)?;
        let first = std::mem::take(&mut start.lines);
        (start, Box::new(first.into_iter().map(Ok).chain(lines)))
    };
    for (place, objects) in start.objects.into_iter().enumerate() {
        replay.restore(&sources.resources()[place], objects, sources.version(place))?;
    }
    let time = start.time.unwrap_or(begin);
    replay.set_time(time);
    Ok((Changes::new(sources, lines, time), time))
}
