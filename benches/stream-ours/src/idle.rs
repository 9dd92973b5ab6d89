//! Watchers to which nothing happens.

use std::error::Error;
use std::sync::Arc;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Idle};
use tokio::sync::Semaphore;
use watchables::rel_1_36::v1::Pod;
use watchables::{Client, StreamOptions, WatchError, Watcher};

pub(crate) async fn idle(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let mut idle = Idle::begin(args.count);
    let begun = Arc::new(Semaphore::new(0));
    let mut stops = Vec::new();
    let mut tasks = Vec::new();
    for _ in 0..args.count {
        let begun = Arc::clone(&begun);
        let watcher = Watcher::<Pod>::new(client.clone());
        stops.push(watcher.stop_handle());
        tasks.push(tokio::spawn(async move {
            let mut events = watcher.stream(StreamOptions::managed());
            while events.try_next().await?.is_some() {
                begun.add_permits(1);
            }
            Ok::<_, WatchError>(())
        }));
    }
    begun.acquire_many(args.count).await?.forget();
    tokio::time::sleep(Idle::SETTLES).await;
    idle.settled();
    tokio::time::sleep(Idle::LASTS).await;
    idle.lasted();
    idle.stopping();
    for stop in &stops {
        stop.stop();
    }
    for task in tasks {
        task.await??;
    }
    Ok(idle.stopped())
}
