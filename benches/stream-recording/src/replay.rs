//! Replaying as fast as it goes, to a watcher.

use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use gauge::Figures;
use stream_common::Error;
use tokio::time::timeout;
use watch_recording::Recording;
use watch_recording::replay::{ReplayOptions, Replayer};
use watchables::StreamOptions;

/// How many events are put in at once. A watch that is too far behind would have to list again.
const CHUNK: u64 = 1_000;
/// Longer than the replay takes.
const SOON: Duration = Duration::from_mins(5);

/// Records events, and measures from the first that is replayed until a watcher has received the last.
pub(crate) async fn replay(url: &str, events: u32) -> Result<Figures, Error> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("a.jsonl.zst");
    crate::record::record_into(url, events, &path).await?;
    let mut replayer = Replayer::new(Recording::open(&path)?, ReplayOptions::new())?;
    let server = replayer.server().start_in_thread()?;
    let watcher = crate::watcher(crate::client(&server.url())?);
    let status = watcher.status();
    let mut stream = watcher.stream(StreamOptions::managed());
    while !matches!(status.borrow().phase, watchables::Phase::Live) {
        // After the first list there is only the status.
        if let Ok(event) = timeout(Duration::from_millis(1), stream.try_next()).await {
            event?;
        }
    }
    let start = Instant::now();
    let (mut replayed, mut received) = (0, 0);
    let all = async {
        loop {
            let mut is_over = false;
            for _ in 0..CHUNK {
                if replayer.step()?.is_none() {
                    is_over = true;
                    break;
                }
                replayed += 1;
            }
            while received < replayed {
                stream.try_next().await?.ok_or("the stream has ended")?;
                received += 1;
            }
            if is_over {
                return Ok::<_, Error>(());
            }
        }
    };
    timeout(SOON, all).await??;
    let seconds = start.elapsed().as_secs_f64();
    server.shutdown().await;
    if replayed < u64::from(events) / 2 {
        return Err(format!("only {replayed} of {events} events were replayed").into());
    }
    Ok(Figures::default().with("event_us", seconds * 1e6 / replayed as f64))
}
