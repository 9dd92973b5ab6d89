//! The time from the call that stops a stream to the end of the stream.

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Stopper};
use stream_common::Error;
use watchables::rel_1_37::v1::Pod;
use watchables::{Client, Phase, StreamOptions, Watcher};

pub(crate) async fn stop(client: Client, args: &Args) -> Result<Figures, Error> {
    let reached = match &*args.variant {
        "idle" => |phase: Phase| matches!(phase, Phase::Live),
        "connecting" => |phase: Phase| matches!(phase, Phase::Connecting),
        "backing off" => |phase: Phase| matches!(phase, Phase::BackingOff { .. }),
        _ => return Err(args.unknown()),
    };
    let mut stopper = Stopper::start();
    for _ in 0..args.count {
        let watcher = Watcher::<Pod>::new(client.clone());
        let mut events = watcher.stream(StreamOptions::managed());
        let (status, stop) = (watcher.status(), watcher.stop_handle());
        stopper.stop(move || reached(status.borrow().phase), move || stop.stop());
        while events.try_next().await?.is_some() {}
        stopper.ended();
    }
    Ok(stopper.figures())
}
