//! Four kinds at once: through the multiplexer, or as separate streams that are merged.

use futures::stream::{BoxStream, select_all};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use gauge::{Args, Figures};
use stream_common::Error;
use watchables::rel_1_37::v1::{ConfigMap, Event, Node, Pod};
use watchables::{
    Client, Multiplexed, MultiplexingWatcher, StreamOptions, WatchError, WatchTarget, Watcher,
};

#[derive(Multiplexed)]
enum Object {
    Pod(Box<Pod>),
    ConfigMap(Box<ConfigMap>),
    Event(Box<Event>),
    Node(Box<Node>),
}

pub(crate) async fn mux(client: &Client, args: &Args) -> Result<Figures, Error> {
    match &*args.variant {
        "mux" => {
            let mux = MultiplexingWatcher::<Object>::new();
            mux.add_watcher(Watcher::<Pod>::new(client.clone()));
            mux.add_watcher(Watcher::<ConfigMap>::new(client.clone()));
            mux.add_watcher(Watcher::<Event>::new(client.clone()));
            mux.add_watcher(Watcher::<Node>::new(client.clone()));
            drain(mux.stream(StreamOptions::managed()).map_ok(|event| event.obj), args).await
        }
        "separate" => {
            let streams = [
                separate(client, |pod| Object::Pod(Box::new(pod))),
                separate(client, |map| Object::ConfigMap(Box::new(map))),
                separate(client, |event| Object::Event(Box::new(event))),
                separate(client, |node| Object::Node(Box::new(node))),
            ];
            drain(select_all(streams), args).await
        }
        _ => Err(args.unknown()),
    }
}

/// Returns the objects of one watcher.
fn separate<T>(
    client: &Client,
    wrap: fn(T) -> Object,
) -> BoxStream<'static, Result<Object, WatchError>>
where
    T: WatchTarget<Item = T> + watchables::Listed + watchables::Watchable + 'static,
    T::Kind: watchables::Watched,
{
    let events = Watcher::<T>::new(client.clone()).stream(StreamOptions::managed());
    events.map_ok(move |event| wrap(event.obj)).boxed()
}

async fn drain(
    objects: impl Stream<Item = Result<Object, WatchError>>,
    args: &Args,
) -> Result<Figures, Error> {
    // `count` of each kind.
    stream_common::drain(objects, args.count * 4, |object, counter| {
        Ok(match object {
            Object::Pod(pod) => counter.record(pod),
            Object::ConfigMap(map) => counter.record(map),
            Object::Event(event) => counter.record(event),
            Object::Node(node) => counter.record(node),
        })
    })
    .await
}
