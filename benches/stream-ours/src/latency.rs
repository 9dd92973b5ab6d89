//! The time from the server's write to the user's code.

use futures::TryStreamExt as _;
use gauge::{Args, Delays, Figures, SENT};
use stream_common::Error;
use watchables::rel_1_37::v1::Pod;
use watchables::{Client, StreamOptions, Text, Watcher};

pub(crate) async fn latency(client: Client, args: &Args) -> Result<Figures, Error> {
    let watcher = Watcher::<Pod>::new(client);
    let mut events = watcher.stream(StreamOptions::managed());
    let mut delays = Delays::default();
    while delays.len() < args.count as usize {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        delays.record(event.obj.metadata.annotations.get(SENT).map(Text::as_str))?;
    }
    Ok(delays.figures())
}
