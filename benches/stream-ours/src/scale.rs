//! A large cluster through the multiplexer: its initial list, then changes.

use futures::TryStreamExt as _;
use gauge::{Args, Cluster, Figures, SENT};
use stream_common::Error;
use watchables::rel_1_37::v1::Pod;
use watchables::{
    Client, DynamicObject, Multiplexed, MultiplexingWatcher, ResourceInfo, Scope, StreamOptions,
    Text, Watcher,
};

#[derive(Multiplexed)]
enum Object {
    Pod(Box<Pod>),
    Other(Box<DynamicObject>),
}

pub(crate) async fn scale(client: &Client, args: &Args) -> Result<Figures, Error> {
    let mux = MultiplexingWatcher::<Object>::new();
    mux.add_watcher(Watcher::<Pod>::new(client.clone()));
    for number in 0..args.kinds {
        let [kind, plural] = ["Widget", "widgets"].map(|name| format!("{name}{number}"));
        let resource =
            ResourceInfo::dynamic("bench.example", "v1", kind, plural, Scope::Namespaced);
        mux.add_watcher(Watcher::<DynamicObject>::for_resource(client.clone(), resource));
    }
    let mut cluster = Cluster::start(args);
    let mut events = mux.stream(StreamOptions::managed());
    loop {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        let complete = match event.obj {
            Object::Pod(pod) => {
                let meta = &pod.metadata;
                let sent = meta.annotations.get(SENT).map(Text::as_str);
                cluster.record("Pod", meta.resource_version.as_deref(), sent)?
            }
            Object::Other(object) => cluster.record(
                object.kind().unwrap_or_default(),
                object.resource_version(),
                None,
            )?,
        };
        if complete {
            return Ok(cluster.figures());
        }
    }
}
