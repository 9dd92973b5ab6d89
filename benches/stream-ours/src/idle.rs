//! Watchers that receive no events.

use futures::TryStreamExt as _;
use gauge::{Args, Figures};
use stream_common::Error;
use watchables::rel_1_37::v1::Pod;
use watchables::{Client, StopHandle, StreamOptions, WatchError, Watcher};

pub(crate) async fn idle(client: Client, args: &Args) -> Result<Figures, Error> {
    stream_common::idle(
        args.count,
        |ready| {
            let watcher = Watcher::<Pod>::new(client.clone());
            let stop = watcher.stop_handle();
            let task = tokio::spawn(async move {
                let mut events = watcher.stream(StreamOptions::managed());
                while events.try_next().await?.is_some() {
                    ready.signal();
                }
                Ok::<_, WatchError>(())
            });
            (stop, task)
        },
        |stop: &StopHandle, _| stop.stop(),
    )
    .await
}
