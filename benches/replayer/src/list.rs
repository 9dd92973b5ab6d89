//! The existing objects: as a paged list, and as the initial events of a watch.

use std::io::{self, Write};

use crate::request::Request;
use crate::scenario::Scenario;
use crate::template::Template;
use crate::wire;

/// The version of the list; later changes continue from it.
pub(crate) const VERSION: u64 = 1_000_000;

/// Responds with a page of the list.
pub(crate) fn respond(
    to: &mut impl Write,
    template: &Template,
    Scenario { objects, stamp, .. }: Scenario,
    request: &Request,
) -> io::Result<()> {
    let first = request.continue_.min(objects);
    let end = request.limit.map_or(objects, |limit| objects.min(first + limit));
    let left = objects - end;
    let more = if left == 0 {
        String::new()
    } else {
        format!(",\"continue\":\"{end}\",\"remainingItemCount\":{left}")
    };
    wire::start(to)?;
    let head = format!(
        "{{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{{\"resourceVersion\":\"{VERSION}\"{more}}},\"items\":["
    );
    wire::chunk(to, head.as_bytes())?;
    let mut item = Vec::new();
    for number in first..end {
        item.clear();
        if number > first {
            item.push(b',');
        }
        template.write_item(number, u64::from(number) + 1, stamp, &mut item);
        wire::chunk(to, &item)?;
    }
    wire::chunk(to, b"]}\n")?;
    wire::end(to)
}

/// Sends all objects as initial events of a watch, then the bookmark that ends them.
pub(crate) fn initial_events(
    to: &mut impl Write,
    template: &Template,
    Scenario { objects, stamp, .. }: Scenario,
) -> io::Result<()> {
    let mut event = Vec::new();
    for number in 0..objects {
        event.clear();
        event.extend_from_slice(b"{\"type\":\"ADDED\",\"object\":");
        template.write(number, u64::from(number) + 1, stamp, &mut event);
        event.extend_from_slice(b"}\n");
        wire::chunk(to, &event)?;
    }
    let end = "\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}";
    bookmark(to, template, VERSION, &format!(",{end}"))
}

/// Sends a bookmark; `more` is appended to its metadata.
pub(crate) fn bookmark(
    to: &mut impl Write,
    template: &Template,
    version: u64,
    more: &str,
) -> io::Result<()> {
    let types = template.types();
    let line = format!(
        "{{\"type\":\"BOOKMARK\",\"object\":{{{types}\"metadata\":{{\"resourceVersion\":\"{version}\"{more}}}}}}}\n"
    );
    wire::chunk(to, line.as_bytes())
}
