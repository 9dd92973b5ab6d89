//! Events on standard output, a line each.

use std::io::{self, BufWriter, StdoutLock, Write as _};
use std::time::Duration;

use watchables::{DynamicObject, WatchEvent};

use crate::args::Format;

/// How often it is looked whether anybody still reads, while nothing happens.
const LOOK: Duration = Duration::from_millis(200);

/// Standard output. Lines are written when [`flush`](Self::flush) says so, or the buffer is full.
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    format: Format,
    /// Whether names have their resource before them, because there are several.
    qualified: bool,
}

impl Output {
    pub(crate) fn new(format: Format, qualified: bool) -> Self {
        Self { out: BufWriter::with_capacity(64 << 10, io::stdout().lock()), format, qualified }
    }

    /// Writes an event of a resource, whose singular name is given.
    pub(crate) fn event(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        singular: &str,
    ) -> io::Result<()> {
        match self.format {
            Format::Text => self.text(event, singular),
            Format::Json => self.json(event),
        }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn text(&mut self, event: &WatchEvent<DynamicObject>, singular: &str) -> io::Result<()> {
        let namespace = event.obj.namespace().unwrap_or("-");
        let name = event.obj.name().unwrap_or("-");
        if self.qualified {
            writeln!(self.out, "{}, {namespace}, {singular}/{name}", event.etype)
        } else {
            writeln!(self.out, "{}, {namespace}, {name}", event.etype)
        }
    }

    fn json(&mut self, event: &WatchEvent<DynamicObject>) -> io::Result<()> {
        write!(self.out, r#"{{"type":"{}","object":"#, event.etype)?;
        // Between JSON's tokens a line end is a space; inside of a text it cannot stand.
        for piece in event.obj.json().split_inclusive(['\n', '\r']) {
            match piece.strip_suffix(['\n', '\r']) {
                Some(line) => write!(self.out, "{line} ")?,
                None => self.out.write_all(piece.as_bytes())?,
            }
        }
        writeln!(self.out, "}}")
    }
}

/// Whether an error of writing means that whoever read has gone, which is no failure.
pub(crate) fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Resolves when nobody reads standard output any more, as after `| head -1`.
pub(crate) async fn closed() {
    loop {
        tokio::time::sleep(LOOK).await;
        if reader_is_gone() {
            return;
        }
    }
}

#[cfg(unix)]
fn reader_is_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stdout = io::stdout();
    // Asks for nothing but what is always told: that the other end is closed.
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&at_once)).is_ok() && fds[0].revents().contains(PollFlags::ERR)
}

#[cfg(not(unix))]
fn reader_is_gone() -> bool {
    false
}
