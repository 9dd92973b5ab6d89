//! Events on standard output, one per line.

use std::io::{self, BufWriter, StdoutLock, Write as _};
use std::time::Duration;

use watchables::{DynamicObject, WatchEvent};

use crate::args::Format;

/// How often [`closed`] checks whether standard output still has a reader.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// A buffered writer to standard output. Lines are written on [`flush`](Self::flush), or when the
/// buffer is full.
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    format: Format,
    /// Whether names are prefixed with their resource.
    qualified: bool,
}

impl Output {
    pub(crate) fn new(format: Format, qualified: bool) -> Self {
        Self { out: BufWriter::with_capacity(64 << 10, io::stdout().lock()), format, qualified }
    }

    /// Writes an event of the resource with this singular name.
    pub(crate) fn write_event(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        singular: &str,
    ) -> io::Result<()> {
        match self.format {
            Format::Text => self.write_text(event, singular),
            Format::Json => self.write_json(event),
        }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn write_text(&mut self, event: &WatchEvent<DynamicObject>, singular: &str) -> io::Result<()> {
        let namespace = event.obj.namespace().unwrap_or("-");
        let name = event.obj.name().unwrap_or("-");
        if self.qualified {
            writeln!(self.out, "{}, {namespace}, {singular}/{name}", event.etype)
        } else {
            writeln!(self.out, "{}, {namespace}, {name}", event.etype)
        }
    }

    fn write_json(&mut self, event: &WatchEvent<DynamicObject>) -> io::Result<()> {
        write!(self.out, r#"{{"type":"{}","object":"#, event.etype)?;
        // Line breaks are whitespace between JSON tokens, and not allowed inside strings.
        for piece in event.obj.json().split_inclusive(['\n', '\r']) {
            match piece.strip_suffix(['\n', '\r']) {
                Some(line) => write!(self.out, "{line} ")?,
                None => self.out.write_all(piece.as_bytes())?,
            }
        }
        writeln!(self.out, "}}")
    }
}

/// Returns whether a write failed because the reader closed the pipe, which is not a failure of
/// this program.
pub(crate) fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Resolves when the reader of standard output closes the pipe, as with `| head -1`.
pub(crate) async fn closed() {
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if is_closed() {
            return;
        }
    }
}

#[cfg(unix)]
fn is_closed() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stdout = io::stdout();
    // poll(2) reports a closed reader as ERR, which need not be requested.
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let no_wait = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&no_wait)).is_ok() && fds[0].revents().contains(PollFlags::ERR)
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}
