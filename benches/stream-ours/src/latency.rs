//! From the server's write to the user's code.

use std::error::Error;

use futures::TryStreamExt as _;
use gauge::{Args, Delays, Figures, SENT};
use watchables::rel_1_36::v1::Pod;
use watchables::{Client, StreamOptions, Watcher};

pub(crate) async fn latency(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let watcher = Watcher::<Pod>::new(client);
    let mut events = watcher.stream(StreamOptions::managed());
    let mut delays = Delays::default();
    while delays.len() < args.count as usize {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        delays.saw(event.obj.metadata.annotations.get(SENT).map(String::as_str))?;
    }
    Ok(delays.figures())
}
