//! Events of a watch, delivered and dropped.

use std::error::Error;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Tally};
use watchables::rel_1_36::v1::{ConfigMap, Event, Node, Pod};
use watchables::{Client, StreamOptions, WatchStream, WatchTarget, Watcher};

pub(crate) async fn watch(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let managed = StreamOptions::managed();
    match &*args.kind {
        "pods" if args.way == "without managedFields" => {
            drain(Watcher::<Pod>::new(client).without_managed_fields().stream(managed), args).await
        }
        "pods" => drain(Watcher::<Pod>::new(client).stream(managed), args).await,
        "configmaps" => drain(Watcher::<ConfigMap>::new(client).stream(managed), args).await,
        "events" => drain(Watcher::<Event>::new(client).stream(managed), args).await,
        "nodes" => drain(Watcher::<Node>::new(client).stream(managed), args).await,
        _ => Err(args.unknown()),
    }
}

async fn drain<T: WatchTarget>(
    mut events: WatchStream<T>,
    args: &Args,
) -> Result<Figures, Box<dyn Error>> {
    let mut tally = Tally::of(args.count);
    while let Some(event) = events.try_next().await? {
        if tally.saw(event.obj) {
            break;
        }
    }
    Ok(tally.figures()?)
}
