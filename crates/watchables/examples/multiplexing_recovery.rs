//! Recovers from a failed watcher in the error callback, by replacing it.

mod support;

use futures::TryStreamExt as _;
use watchables::rel_1_17::Pod;
use watchables::{MultiplexingWatcher, StreamOptions, Watcher};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own program: `let client = watchables::connect().await?;`. The example also runs without a cluster.
    let cluster = support::Cluster::find()?;
    let client = cluster.client().await?;
    let retry = client.clone();
    let mux = MultiplexingWatcher::<Pod>::new().on_error(move |mux, member, error| {
        eprintln!("{}: {error}", member.source());
        // An invalid selector stays invalid, so another watcher replaces this one. Returning `false` removes
        // both.
        if error.is_invalid_setting() {
            mux.add_watcher(Watcher::<Pod>::new(retry.clone()));
        }
        error.is_invalid_setting() || error.is_connect()
    });
    mux.add_watcher(Watcher::<Pod>::new(client).label_selector("app in (web"));
    let mut events = mux.stream(StreamOptions::managed());
    while let Some(event) = events.try_next().await? {
        println!("{}, {}", event.etype, event.obj.metadata.name.unwrap_or_default());
    }
    Ok(())
}
