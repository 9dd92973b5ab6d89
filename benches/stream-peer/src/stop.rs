//! The time from the call that stops a stream to the end of the stream. kube-runtime has no such
//! call, so the stream is made abortable.

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
use stream_common::Error;

pub(crate) async fn stop(client: Client, args: &Args) -> Result<Figures, Error> {
    let mut stopper = Stopper::start();
    for _ in 0..args.count {
        let pods = Api::<Pod>::all(client.clone());
        let (events, stop) = abortable(watcher(pods, Config::default()).default_backoff());
        // kube-runtime reports the end of the initial list and errors, but not that it connects.
        let reached = Arc::new(AtomicBool::new(args.variant == "connecting"));
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
