//! The stream of events, which may be durable.

use futures::StreamExt as _;
use tokio::time::Instant;
use watchables::{MuxStream, WatchError};

use super::item::Item;
use super::resume::Resumed;
use super::seen::Seen;

/// The events of all watches.
pub(crate) enum Events {
    Live(MuxStream<Seen>),
    Durable(Box<Resumed>),
}

impl Events {
    /// Returns the next event. `None` at the end.
    ///
    /// # Errors
    ///
    /// If the stream has ended with an error that is not of a watch.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no event.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Item>> {
        match self {
            Self::Live(stream) => {
                Ok(stream.next().await.map(|item| item.map_err(WatchError::into)))
            }
            Self::Durable(resumed) => resumed.next().await,
        }
    }

    /// What was printed up to here was written: remembers how far the output is, if it is time to.
    pub(crate) async fn commit_if_due(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Live(_) => Ok(()),
            Self::Durable(resumed) => resumed.commit_if_due().await,
        }
    }

    /// The same, whether it is time or not.
    pub(crate) async fn commit(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Live(_) => Ok(()),
            Self::Durable(resumed) => resumed.commit().await,
        }
    }

    /// Returns when it is time to remember how far the output is, if it has gone on.
    pub(crate) fn commit_due(&self) -> Option<Instant> {
        match self {
            Self::Live(_) => None,
            Self::Durable(resumed) => resumed.commit_due(),
        }
    }
}
