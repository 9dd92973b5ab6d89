//! The events of a watch, delivered and dropped.

use gauge::{Args, Figures};
use stream_common::Error;
use watchables::rel_1_37::v1::{ConfigMap, Event, Node, Pod};
use watchables::{Client, StreamOptions, WatchStream, WatchTarget, Watcher};

pub(crate) async fn watch(client: Client, args: &Args) -> Result<Figures, Error> {
    let managed = StreamOptions::managed();
    match &*args.resource {
        "pods" if args.variant == "without managedFields" => {
            drain(Watcher::<Pod>::new(client).without_managed_fields().stream(managed), args).await
        }
        "pods" => drain(Watcher::<Pod>::new(client).stream(managed), args).await,
        "configmaps" => drain(Watcher::<ConfigMap>::new(client).stream(managed), args).await,
        "events" => drain(Watcher::<Event>::new(client).stream(managed), args).await,
        "nodes" => drain(Watcher::<Node>::new(client).stream(managed), args).await,
        _ => Err(args.unknown()),
    }
}

async fn drain<T: WatchTarget>(events: WatchStream<T>, args: &Args) -> Result<Figures, Error> {
    stream_common::drain(events, args.count, |event, counter| Ok(counter.record(event.obj))).await
}
