//! The handler of watches: parameters, and the start of the stream.

use std::sync::Arc;
use std::time::Duration;

use http::Response;

use super::compression::compress_watch_list;
use super::context::Context;
use super::event_encoder::EventEncoder;
use super::list_options::invalid_options;
use super::query::Query;
use super::resource_request::ResourceRequest;
use super::response::{self, Body};
use super::selectors::selection;
use super::watch_stream::{Start, WatchStream};
use crate::error::{ApiError, Problem};
use crate::registry::Served;
use crate::storage::{Point, parse_version};
use crate::support::random::Random;
use crate::support::release::Release;
use crate::support::time::FOREVER;

/// The least default timeout; the greatest is twice as long. Like a real server, this spreads the
/// ends of watches.
const LEAST_DEFAULT_TIMEOUT: Duration = Duration::from_mins(30);
/// Earlier releases do not know `resourceVersionMatch` and ignore it.
const MATCH_SINCE: Release = Release::new(1, 19);
/// Earlier releases reject `resourceVersionMatch` on a watch.
const INITIAL_EVENTS_SINCE: Release = Release::new(1, 27);
/// Since then, every watch that starts from the current state is treated as if it had asked for initial
/// events.
const ALWAYS_INITIAL_EVENTS_SINCE: Release = Release::new(1, 34);

/// Responds with a stream of events, for one object if `name` is given. A `shuffle` seed reorders
/// the initial events. A state that is streamed to a client that accepts gzip is compressed.
pub(super) fn handle(
    request: &ResourceRequest<'_>,
    name: Option<&str>,
    shuffle: Option<u64>,
    accepts_gzip: bool,
) -> Result<Response<Body>, ApiError> {
    let ResourceRequest { context, served, query, namespace, accepted } = *request;
    if !served.has_verb("watch") {
        return Err(ApiError::not_watchable(served.resource()));
    }
    let selection = selection(context, served, namespace, query)?;
    let selection = match name {
        Some(name) => selection.named(name)?,
        None => selection,
    };
    let initial_events = initial_events(context.release, query)?;
    if query.get("continue").is_some() && context.release >= INITIAL_EVENTS_SINCE {
        let problem = Problem::forbidden("continue", "continue is forbidden for watch");
        return Err(invalid_options(&problem));
    }
    let mut start = start(context, served, query, initial_events)?;
    let is_watch_list = start.end_bookmark;
    if let Some(seed) = shuffle {
        Random::seeded(seed).shuffle(&mut start.objects);
    }
    let bookmarks = query.flag("allowWatchBookmarks").then_some(context.bookmark_interval);
    let timeout = match query.number("timeoutSeconds")? {
        0 => LEAST_DEFAULT_TIMEOUT + random_part(LEAST_DEFAULT_TIMEOUT),
        seconds => Duration::from_secs(seconds).min(FOREVER),
    };
    let encoder = EventEncoder::new(Arc::clone(served), context.release, accepted);
    let served = Arc::clone(served);
    let stream = WatchStream::new(context, served, encoder, selection, start, bookmarks, timeout);
    let response = response::streamed(stream.into_events(), accepted.wire);
    Ok(if is_watch_list && accepts_gzip {
        compress_watch_list(response, context.release)
    } else {
        response
    })
}

fn start(
    context: &Context,
    served: &Served,
    query: &Query,
    initial_events: Option<bool>,
) -> Result<Start, ApiError> {
    let version = match query.get("resourceVersion") {
        Some(text) => parse_version(text).map_err(ApiError::unexpected)?,
        None => 0,
    };
    if initial_events.unwrap_or(version == 0) {
        let (objects, point) = context.store.snapshot(served);
        // A state at a version must be as new as it. A plain watch waits for the version in silence.
        let current = point.revision;
        let error = (version > current).then(|| ApiError::too_new(version, current));
        let marks_end = initial_events.is_some() || context.release >= ALWAYS_INITIAL_EVENTS_SINCE;
        let end_bookmark = marks_end && query.flag("allowWatchBookmarks");
        return Ok(Start { point, objects, end_bookmark, error });
    }
    let now = context.store.now(served);
    let point = if version == 0 { now } else { Point { revision: version, ..now } };
    // Of a replay, nobody has a later version, except from before it started again.
    let is_ahead = context.store.is_replay() && point.revision > now.revision;
    let error = is_ahead.then(|| ApiError::not_replayed(version, now.revision));
    Ok(Start { point, objects: Vec::new(), end_bookmark: false, error })
}

/// Returns whether the watch starts with initial events, if the request says so in a way that the
/// release understands.
fn initial_events(release: Release, query: &Query) -> Result<Option<bool>, ApiError> {
    if release < MATCH_SINCE {
        return Ok(None);
    }
    let requested =
        query.optional_flag("sendInitialEvents").filter(|_| release >= INITIAL_EVENTS_SINCE);
    let matching = query.get("resourceVersionMatch");
    let forbidden = |field, text| Err(invalid_options(&Problem::forbidden(field, text)));
    match (requested, matching) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            let text = if release < INITIAL_EVENTS_SINCE {
                "resourceVersionMatch is forbidden for watch"
            } else {
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
            };
            forbidden("resourceVersionMatch", text)
        }
        (Some(requested), Some("NotOlderThan")) => Ok(Some(requested)),
        (Some(_), _) => forbidden(
            "resourceVersionMatch",
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
    }
}

fn random_part(limit: Duration) -> Duration {
    Duration::from_secs(Random::from_entropy().below(limit.as_secs()))
}
