//! The time from a server's return to the first event.

use std::time::Duration;

use futures::TryStreamExt as _;
use gauge::{SENT, since};
use stream_common::Error;
use watchables::rel_1_37::v1::Pod;
use watchables::{StreamOptions, Text, Watcher};

use crate::client::client;

/// Returns the delay of the first event after the outage.
pub(crate) async fn first_event(url: &str) -> Result<Duration, Error> {
    let watcher = Watcher::<Pod>::new(client(url)?);
    let mut events = watcher.stream(StreamOptions::managed());
    loop {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        let sent = event.obj.metadata.annotations.get(SENT).map(Text::as_str);
        if let Some(delay) = since(sent)? {
            return Ok(delay);
        }
    }
}
