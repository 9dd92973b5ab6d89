//! Consumes a stream until a number of events has been counted.

use std::pin::pin;

use futures::{Stream, TryStreamExt as _};
use gauge::{EventCounter, Figures};

use crate::Error;

/// Passes each item of a stream to `record` until that returns `true`, and returns the cost of an event.
///
/// # Errors
///
/// Fails if the stream or `record` fails, and if the stream ends before `expected` events were counted.
pub async fn drain<T, E: Into<Error>>(
    stream: impl Stream<Item = Result<T, E>>,
    expected: u32,
    mut record: impl FnMut(T, &mut EventCounter) -> Result<bool, Error>,
) -> Result<Figures, Error> {
    let mut stream = pin!(stream);
    let mut counter = EventCounter::new(expected);
    while let Some(item) = stream.try_next().await.map_err(Into::into)? {
        if record(item, &mut counter)? {
            break;
        }
    }
    Ok(counter.figures()?)
}
