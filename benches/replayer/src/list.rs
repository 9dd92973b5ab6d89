//! The existing objects: as a paged list, and as the initial events of a watch.

use std::io::{self, Write};

use crate::encoding::{Encoding, Page, VERSION};
use crate::http;
use crate::request::Request;
use crate::scenario::Scenario;

/// Responds with a page of the list.
pub(crate) fn respond(
    to: &mut impl Write,
    kind: &dyn Encoding,
    Scenario { objects, stamp, .. }: Scenario,
    request: &Request,
) -> io::Result<()> {
    let first = request.continue_.min(objects);
    let end = request.limit.map_or(objects, |limit| objects.min(first + limit));
    http::start(to, kind.media_type(false))?;
    let mut part = Vec::new();
    kind.list_start(&Page { items: end - first, end, left: objects - end }, &mut part);
    http::chunk(to, &part)?;
    for number in first..end {
        part.clear();
        kind.item(number, number == first, stamp, &mut part);
        http::chunk(to, &part)?;
    }
    part.clear();
    kind.list_end(&mut part);
    http::chunk(to, &part)?;
    http::end(to)
}

/// Sends all objects as initial events of a watch, then the bookmark that ends them.
pub(crate) fn initial_events(
    to: &mut impl Write,
    kind: &dyn Encoding,
    Scenario { objects, stamp, .. }: Scenario,
) -> io::Result<()> {
    let mut event = Vec::new();
    for number in 0..objects {
        event.clear();
        kind.added(number, stamp, &mut event);
        http::chunk(to, &event)?;
    }
    event.clear();
    kind.bookmark(VERSION, true, &mut event);
    http::chunk(to, &event)
}
