//! Watchers to which nothing happens.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;

use futures::TryStreamExt as _;
use futures::stream::abortable;
use gauge::{Args, Figures, Idle};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::{Api, Client};
use tokio::sync::Semaphore;

pub(crate) async fn idle(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let mut idle = Idle::begin(args.count);
    let begun = Arc::new(Semaphore::new(0));
    let mut stops = Vec::new();
    let mut tasks = Vec::new();
    for _ in 0..args.count {
        let begun = Arc::clone(&begun);
        let pods = Api::<Pod>::all(client.clone());
        let (events, stop) = abortable(watcher(pods, Config::default()).default_backoff());
        stops.push(stop);
        tasks.push(tokio::spawn(async move {
            let mut events = pin!(events);
            while let Some(event) = events.try_next().await? {
                if let Event::InitDone = event {
                    begun.add_permits(1);
                }
            }
            Ok::<_, watcher::Error>(())
        }));
    }
    begun.acquire_many(args.count).await?.forget();
    tokio::time::sleep(Idle::SETTLES).await;
    idle.settled();
    tokio::time::sleep(Idle::LASTS).await;
    idle.lasted();
    idle.stopping();
    for stop in &stops {
        stop.abort();
    }
    for task in tasks {
        task.await??;
    }
    Ok(idle.stopped())
}
