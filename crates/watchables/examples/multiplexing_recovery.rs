//! A callback that recovers: a watcher that fails is replaced by one that does not.

mod support;

use futures::TryStreamExt as _;
use watchables::rel_1_17::Pod;
use watchables::{MultiplexingWatcher, StreamOptions, Watcher};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `Client::try_default()` in a program of your own; here, a demo cluster where there is none.
    let cluster = support::Cluster::find()?;
    let client = cluster.client().await?;
    let retry = client.clone();
    let mux = MultiplexingWatcher::<Pod>::new().on_error(move |mux, member, error| {
        eprintln!("{}: {error}", member.source());
        // A wrong selector stays wrong: another watcher takes this one's place. What is returned says
        // whether there still is to be one.
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
