//! Captures what is logged, for tests.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::{Dispatch, Level, subscriber};
use tracing_subscriber::fmt::format::FmtSpan;

/// Runs a closure. Returns its result and what it logs on this thread, down to a level, including
/// the starts of spans.
pub(crate) fn logged<T>(level: Level, run: impl FnOnce() -> T) -> (T, String) {
    let log = Log::default();
    let sink = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_span_events(FmtSpan::NEW)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    // With a single dispatcher, `tracing` caches a callsite as disabled if a thread without the
    // dispatcher hits it first, and other tests run in parallel. With two dispatchers, it asks each
    // time.
    let _second = Dispatch::new(subscriber::NoSubscriber::default());
    let returned = subscriber::with_default(subscriber, run);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (returned, log)
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
