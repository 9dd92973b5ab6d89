//! A watch: the state where that is asked for, then changes, then silence.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{self, Read as _, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::request::Request;
use crate::scenario::Scenario;
use crate::state::{self, VERSION};
use crate::template::Template;
use crate::wire;

/// How many objects are changed in turns, where none were there at the beginning.
const CHANGED: u32 = 5_000;

/// Answers with a watch that lasts until the client closes it.
pub(crate) fn watch(
    to: &mut impl Write,
    from: &TcpStream,
    template: &Template,
    scenario: Scenario,
    request: &Request,
) -> io::Result<()> {
    wire::begin(to)?;
    if request.send_initial_events {
        state::stream(to, template, scenario)?;
    }
    to.flush()?;
    if scenario.cut {
        return Ok(());
    }
    let from_version = if request.send_initial_events { None } else { request.resource_version };
    let done = from_version.unwrap_or(VERSION).saturating_sub(VERSION);
    let done = u32::try_from(done).unwrap_or(u32::MAX);
    changes(to, template, scenario, done)?;
    silence(to, from, template, scenario)
}

/// Sends nothing but bookmarks, until the client has enough: what it sends is nothing but the end.
fn silence(
    to: &mut impl Write,
    mut from: &TcpStream,
    template: &Template,
    scenario: Scenario,
) -> io::Result<()> {
    /// Counts watches, so that their bookmarks are spread evenly.
    static WATCHES: AtomicU32 = AtomicU32::new(0);

    let every = scenario.bookmarks;
    let number = WATCHES.fetch_add(1, Ordering::Relaxed);
    // Never zero, which would be no limit.
    let mut wait = number.checked_rem(every).map(|seconds| seconds + 1);
    loop {
        from.set_read_timeout(wait.map(|seconds| Duration::from_secs(seconds.into())))?;
        match from.read(&mut [0; 64]) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {
                state::bookmark(to, template, VERSION + u64::from(scenario.events), "")?;
                to.flush()?;
                wait = Some(every);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Sends the changes that are not done yet.
fn changes(
    to: &mut impl Write,
    template: &Template,
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
        event.extend_from_slice(b"{\"type\":\"MODIFIED\",\"object\":");
        template.write(
            number % objects,
            VERSION + 1 + u64::from(number),
            scenario.stamp,
            &mut event,
        );
        event.extend_from_slice(b"}\n");
        wire::chunk(to, &event)?;
        if scenario.rate > 0 {
            to.flush()?;
        }
    }
    to.flush()
}
