//! A durable stream: the cost of an event with its commits, and of a restart.

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use gauge::{Args, EventCounter, Figures, quantile};
use stream_common::Error;
use tokio::time::timeout;
use watchables::rel_1_37::v1::Pod;
use watchables::{
    Checkpoints, Client, DurableExt as _, Phase, StreamOptions, WatchStatus, Watcher,
};

/// Events from one commit to the next.
const BATCH: u32 = 100;
const FSYNCS: usize = 200;
/// Longer than a restart takes.
const SOON: Duration = Duration::from_mins(5);

pub(crate) async fn durable(client: Client, args: &Args) -> Result<Figures, Error> {
    let folder = tempfile::tempdir()?;
    match &*args.variant {
        "plain" => plain(client, args).await,
        "" => events(client, args, folder.path()).await,
        "restart" => restart(client, args, folder.path()).await,
        _ => Err(args.unknown()),
    }
}

/// The same events without checkpoints.
async fn plain(client: Client, args: &Args) -> Result<Figures, Error> {
    let events = Watcher::<Pod>::new(client).stream(StreamOptions::managed());
    stream_common::drain(events, args.count, |event, counter| Ok(counter.record(event.obj))).await
}

async fn events(client: Client, args: &Args, folder: &Path) -> Result<Figures, Error> {
    let checkpoints = Checkpoints::open(folder.join("checkpoints"))?;
    let watcher = Watcher::<Pod>::new(client);
    let mut events = watcher.durable(&checkpoints, "pods")?.cluster("bench");
    let mut counter = EventCounter::new(args.count);
    let (mut commits, mut handed_out) = (Vec::new(), 0);
    while let Some(event) = events.try_next().await? {
        let is_last = counter.record(event.into_inner().obj);
        handed_out += 1;
        if handed_out % BATCH == 0 {
            let start = Instant::now();
            events.commit().await?;
            commits.push(start.elapsed().as_secs_f64() * 1e3);
        }
        if is_last {
            break;
        }
    }
    let commit = quantile(&mut commits, 0.5);
    let fsync = quantile(&mut fsyncs(folder)?, 0.5);
    Ok(counter.figures()?.with("commit_ms", commit).with("fsync_ms", fsync))
}

/// Returns the times of writing and syncing a page, in milliseconds.
fn fsyncs(folder: &Path) -> Result<Vec<f64>, Error> {
    let mut file = File::create(folder.join("page"))?;
    let mut times = Vec::new();
    for _ in 0..FSYNCS {
        let start = Instant::now();
        file.rewind()?;
        file.write_all(&[1; 4_096])?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

async fn restart(client: Client, args: &Args, folder: &Path) -> Result<Figures, Error> {
    let start = Instant::now();
    let watcher = Watcher::<Pod>::new(client.clone());
    let status = watcher.status();
    let mut events = watcher.stream(StreamOptions::managed());
    while !is_live(&status) {
        // After the last object there is only the status.
        if let Ok(event) = timeout(Duration::from_millis(1), events.try_next()).await {
            event?;
        }
    }
    let first = start.elapsed();
    drop(events);

    let path = folder.join("checkpoints");
    let watcher = Watcher::<Pod>::new(client.clone());
    let checkpoints = Checkpoints::open(&path)?;
    let mut events = watcher.durable(&checkpoints, "pods")?.cluster("bench");
    for handed_out in 1..=args.count {
        events.try_next().await?.ok_or("the stream has ended")?;
        if handed_out % (5 * BATCH) == 0 {
            events.commit().await?;
        }
    }
    // Until the position is written, which is when the list is complete.
    while !checkpoints.summaries()?.iter().any(|summary| summary.has_synced) {
        events.commit().await?;
        let _ = timeout(Duration::from_millis(10), events.try_next()).await;
    }
    drop((events, checkpoints));
    let journal = folder.join("checkpoints-journal");
    let bytes = fs::metadata(&path)?.len() + fs::metadata(journal)?.len();

    let start = Instant::now();
    let checkpoints = Checkpoints::open(&path)?;
    let watcher = Watcher::<Pod>::new(client);
    let status = watcher.status();
    let mut events = watcher.durable(&checkpoints, "pods")?.cluster("bench");
    let live = async {
        while !is_live(&status) {
            if let Ok(event) = timeout(Duration::from_millis(1), events.try_next()).await {
                let event = event?.ok_or("the stream has ended")?;
                return Err(format!("{} came again", event.id()).into());
            }
        }
        Ok::<_, Error>(())
    };
    timeout(SOON, live).await??;
    let again = start.elapsed();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let megabytes = bytes as f64 / 1e6;
    Ok(Figures::default()
        .with("first_ms", milliseconds(first))
        .with("restart_ms", milliseconds(again))
        .with("ratio", again.as_secs_f64() / first.as_secs_f64())
        .with("file_mb", megabytes))
}

fn is_live(status: &tokio::sync::watch::Receiver<WatchStatus>) -> bool {
    matches!(status.borrow().phase, Phase::Live)
}
