//! Recording, beside the same stream without a file.

use std::fs;
use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt as _;
use gauge::{Figures, Span};
use stream_common::Error;
use watch_recording::Recorder;
use watchables::StreamOptions;

/// How often it is looked whether all events have come.
const TICK: Duration = Duration::from_millis(5);

/// The same events as JSON, from the connection to the last.
pub(crate) async fn plain(url: &str, events: u32) -> Result<Figures, Error> {
    let span = Span::start();
    let watcher = crate::watcher(crate::client(url)?);
    let mut stream = watcher.stream(StreamOptions::managed());
    for _ in 0..events {
        stream.try_next().await?.ok_or("the stream has ended")?;
    }
    Ok(figures(span, events))
}

/// Records events into a file, from the connection until the file is on the disk.
pub(crate) async fn record(url: &str, events: u32, name: &str) -> Result<Figures, Error> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    let span = Span::start();
    record_into(url, events, &path).await?;
    let length = fs::metadata(&path)?.len();
    Ok(figures(span, events).with("file_bytes", length as f64 / f64::from(events)))
}

pub(crate) async fn record_into(url: &str, events: u32, path: &Path) -> Result<(), Error> {
    let client = crate::client(url)?;
    let watcher = crate::watcher(client.clone());
    let status = watcher.status();
    let all = async {
        while status.borrow().events < u64::from(events) {
            tokio::time::sleep(TICK).await;
        }
    };
    let recorder = Recorder::new(client, path).watch(watcher);
    let summary = recorder.run(all).await?;
    if summary.events < u64::from(events) {
        return Err(format!("{} of {events} events were recorded", summary.events).into());
    }
    Ok(())
}

fn figures(span: Span, events: u32) -> Figures {
    let reading = span.read();
    let events = f64::from(events);
    Figures::default()
        .with("cpu_us", reading.cpu.as_secs_f64() * 1e6 / events)
        .with("events_s", events / reading.wall.as_secs_f64())
}
