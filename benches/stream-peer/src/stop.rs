//! From the call that stops a stream to the stream's end. The peer's has no such call: it is made
//! abortable.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::StreamExt as _;
use futures::stream::abortable;
use gauge::{Args, Figures, Stopper};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client};

pub(crate) async fn stop(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let mut stopper = Stopper::start();
    for _ in 0..args.count {
        let pods = Api::<Pod>::all(client.clone());
        let (events, stop) = abortable(watcher(pods, Config::default()).default_backoff());
        // It tells of its state and of errors; that it connects, it does not tell.
        let reached = Arc::new(AtomicBool::new(args.way == "connecting"));
        let ready = Arc::clone(&reached);
        stopper.stop(move || ready.load(Ordering::Relaxed), move || stop.abort());
        let mut events = pin!(events);
        while let Some(event) = events.next().await {
            if matches!(event, Ok(Event::InitDone) | Err(_)) {
                reached.store(true, Ordering::Relaxed);
            }
        }
        stopper.ended();
    }
    Ok(stopper.figures())
}
