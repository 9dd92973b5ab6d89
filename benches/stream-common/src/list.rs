//! Consumes the initial list of a watcher.

use std::pin::pin;

use futures::{Stream, TryStreamExt as _};
use gauge::{Figures, ListMeasurement};

use crate::Error;

/// Passes each item of the stream to `take` until that has returned `true` for `count` objects, and
/// returns the cost of an object. `stream` is called after the measurement has started.
///
/// # Errors
///
/// Fails if the stream fails or ends early.
pub async fn consume_list<T, E: Into<Error>, S: Stream<Item = Result<T, E>>>(
    stream: impl FnOnce() -> S,
    count: u32,
    mut take: impl FnMut(T) -> bool,
) -> Result<Figures, Error> {
    let measurement = ListMeasurement::start();
    let mut stream = pin!(stream());
    let mut remaining = count;
    while remaining > 0 {
        let item = stream.try_next().await.map_err(Into::into)?.ok_or("the stream has ended")?;
        if take(item) {
            remaining -= 1;
        }
    }
    Ok(measurement.figures(count))
}
