//! Four kinds at once: through the multiplexer, or as bare streams that are merged.

use std::error::Error;

use futures::stream::{BoxStream, select_all};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use gauge::{Args, Figures, Tally};
use watchables::rel_1_36::v1::{ConfigMap, Event, Node, Pod};
use watchables::{
    Client, Multiplexed, MultiplexingWatcher, StreamOptions, WatchError, WatchTarget, Watcher,
};

#[derive(Multiplexed)]
enum Seen {
    Pod(Box<Pod>),
    ConfigMap(Box<ConfigMap>),
    Event(Box<Event>),
    Node(Box<Node>),
}

pub(crate) async fn mux(client: &Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    match &*args.way {
        "mux" => {
            let mux = MultiplexingWatcher::<Seen>::new();
            mux.add_watcher(Watcher::<Pod>::new(client.clone()));
            mux.add_watcher(Watcher::<ConfigMap>::new(client.clone()));
            mux.add_watcher(Watcher::<Event>::new(client.clone()));
            mux.add_watcher(Watcher::<Node>::new(client.clone()));
            drain(mux.stream(StreamOptions::managed()).map_ok(|event| event.obj), args).await
        }
        "bare" => {
            let streams = [
                bare(client, |pod| Seen::Pod(Box::new(pod))),
                bare(client, |map| Seen::ConfigMap(Box::new(map))),
                bare(client, |event| Seen::Event(Box::new(event))),
                bare(client, |node| Seen::Node(Box::new(node))),
            ];
            drain(select_all(streams), args).await
        }
        _ => Err(args.unknown()),
    }
}

/// The objects of one watcher.
fn bare<T>(client: &Client, seen: fn(T) -> Seen) -> BoxStream<'static, Result<Seen, WatchError>>
where
    T: WatchTarget<Item = T> + watchables::Listed + watchables::Watchable + 'static,
    T::Kind: watchables::Watched,
{
    let events = Watcher::<T>::new(client.clone()).stream(StreamOptions::managed());
    events.map_ok(move |event| seen(event.obj)).boxed()
}

async fn drain(
    mut objects: impl Stream<Item = Result<Seen, WatchError>> + Unpin,
    args: &Args,
) -> Result<Figures, Box<dyn Error>> {
    // So many of each kind.
    let mut tally = Tally::of(args.count * 4);
    while let Some(seen) = objects.try_next().await? {
        let last = match seen {
            Seen::Pod(pod) => tally.saw(pod),
            Seen::ConfigMap(map) => tally.saw(map),
            Seen::Event(event) => tally.saw(event),
            Seen::Node(node) => tally.saw(node),
        };
        if last {
            break;
        }
    }
    Ok(tally.figures()?)
}
