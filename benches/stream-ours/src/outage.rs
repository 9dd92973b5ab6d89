//! From a server's return to the first event.

use std::error::Error;
use std::time::Duration;

use futures::TryStreamExt as _;
use futures::future::try_join_all;
use gauge::{Args, Figures, SENT, quantile, since};
use watchables::rel_1_36::v1::Pod;
use watchables::{StreamOptions, Watcher};

/// Each watcher watches a server of its own.
pub(crate) async fn outage(args: &Args) -> Result<Figures, Box<dyn Error>> {
    let delays = try_join_all(args.server.iter().map(|url| delay(url))).await?;
    let mut seconds: Vec<_> = delays.iter().map(Duration::as_secs_f64).collect();
    Ok(Figures::default()
        .with("median_s", quantile(&mut seconds, 0.5))
        .with("worst_s", quantile(&mut seconds, 1.0)))
}

/// How long the first event after the outage was under way.
async fn delay(url: &str) -> Result<Duration, Box<dyn Error>> {
    let watcher = Watcher::<Pod>::new(crate::client(url)?);
    let mut events = watcher.stream(StreamOptions::managed());
    loop {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        let sent = event.obj.metadata.annotations.get(SENT).map(String::as_str);
        if let Some(delay) = since(sent)? {
            return Ok(delay);
        }
    }
}
