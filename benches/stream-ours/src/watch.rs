//! The events of a watch, delivered and dropped.

use gauge::{Args, Figures};
use stream_common::Error;
use watchables::rel_1_37::v1::{ConfigMap, Event, Node, Pod};
use watchables::{Client, StreamOptions, WatchTarget, Watcher};

use crate::wire::wired;

pub(crate) async fn watch(client: Client, args: &Args) -> Result<Figures, Error> {
    match &*args.resource {
        "pods" if args.variant == "without managedFields" => {
            drain(Watcher::<Pod>::new(client).without_managed_fields(), args).await
        }
        "pods" => drain(Watcher::<Pod>::new(client), args).await,
        "configmaps" => drain(Watcher::<ConfigMap>::new(client), args).await,
        "events" => drain(Watcher::<Event>::new(client), args).await,
        "nodes" => drain(Watcher::<Node>::new(client), args).await,
        _ => Err(args.unknown()),
    }
}

async fn drain<T: WatchTarget>(watcher: Watcher<T>, args: &Args) -> Result<Figures, Error> {
    let events = wired(watcher, args).stream(StreamOptions::managed());
    stream_common::drain(events, args.count, |event, counter| Ok(counter.record(event.obj))).await
}
