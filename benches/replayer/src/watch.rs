//! A watch: initial events if requested, then changes, then only bookmarks.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{self, Read as _, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::encoding::{Encoding, VERSION};
use crate::request::Request;
use crate::scenario::Scenario;
use crate::{http, list};

/// How many objects the changes cycle through if there are no initial objects.
const CHANGED: u32 = 5_000;

/// Whether a watch was rejected as expired.
static HAS_EXPIRED: AtomicBool = AtomicBool::new(false);

/// Responds with a watch that lasts until the client closes it.
pub(crate) fn respond(
    to: &mut impl Write,
    from: &TcpStream,
    kind: &dyn Encoding,
    scenario: Scenario,
    request: &Request,
) -> io::Result<()> {
    let from_version = if request.send_initial_events { None } else { request.resource_version };
    if scenario.expire && from_version.is_some_and(|version| version > VERSION) {
        HAS_EXPIRED.store(true, Ordering::Relaxed);
        return http::expired(to);
    }
    http::start(to, kind.media_type(true))?;
    if request.send_initial_events {
        list::initial_events(to, kind, scenario)?;
    }
    to.flush()?;
    if scenario.disconnect {
        return Ok(());
    }
    if scenario.expire && HAS_EXPIRED.load(Ordering::Relaxed) {
        return bookmarks(to, from, kind, scenario);
    }
    let done = from_version.unwrap_or(VERSION).saturating_sub(VERSION);
    let done = u32::try_from(done).unwrap_or(u32::MAX);
    changes(to, kind, scenario, done)?;
    if scenario.expire {
        return http::end(to);
    }
    bookmarks(to, from, kind, scenario)
}

/// Sends only bookmarks until the client closes the connection.
fn bookmarks(
    to: &mut impl Write,
    mut from: &TcpStream,
    kind: &dyn Encoding,
    scenario: Scenario,
) -> io::Result<()> {
    /// Counts watches to spread their bookmarks evenly.
    static WATCHES: AtomicU32 = AtomicU32::new(0);

    let every = scenario.bookmarks;
    let number = WATCHES.fetch_add(1, Ordering::Relaxed);
    // Never zero, which would mean no timeout.
    let mut wait = number.checked_rem(every).map(|seconds| seconds + 1);
    loop {
        from.set_read_timeout(wait.map(|seconds| Duration::from_secs(seconds.into())))?;
        match from.read(&mut [0; 64]) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {
                let mut event = Vec::new();
                kind.bookmark(VERSION + u64::from(scenario.events), false, &mut event);
                http::chunk(to, &event)?;
                to.flush()?;
                wait = Some(every);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Sends the changes after the first `done`.
fn changes(
    to: &mut impl Write,
    kind: &dyn Encoding,
    scenario: Scenario,
    done: u32,
) -> io::Result<()> {
    let objects = if scenario.objects == 0 { CHANGED } else { scenario.objects };
    let start = Instant::now();
    let mut event = Vec::new();
    for (sent, number) in (done..scenario.events).enumerate() {
        if scenario.rate > 0 {
            let sent = u32::try_from(sent).unwrap_or(u32::MAX);
            let due = Duration::from_secs(sent.into()) / scenario.rate;
            thread::sleep(due.saturating_sub(start.elapsed()));
        }
        event.clear();
        let version = VERSION + 1 + u64::from(number);
        kind.modified(number % objects, version, scenario.stamp, &mut event);
        http::chunk(to, &event)?;
        if scenario.rate > 0 {
            to.flush()?;
        }
    }
    to.flush()
}
