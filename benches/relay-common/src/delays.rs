//! The time from the server's write until a consumer of the stream has the event.

use futures::StreamExt as _;
use gauge::{Delays, Figures, SENT};
use memchr::memmem;
use stream_common::Error;

use crate::SUBJECTS;

/// Subscribes to the subjects of the stream on a connection of its own, calls `ready`, and returns the delays of this many
/// events.
///
/// # Errors
///
/// Fails if the server cannot be reached, and if an event does not say when it was sent.
pub async fn delays(url: &str, events: u32, ready: impl FnOnce()) -> Result<Figures, Error> {
    let client = async_nats::connect(url).await?;
    let mut messages = client.subscribe(SUBJECTS).await?;
    client.flush().await?;
    ready();
    let mut delays = Delays::default();
    while delays.len() < events as usize {
        let message = messages.next().await.ok_or("the subscription has ended")?;
        delays.record(sent(&message.payload))?;
    }
    Ok(delays.figures())
}

/// Returns the annotation with the time of the server's write, without decoding the rest.
fn sent(body: &[u8]) -> Option<&str> {
    let name = format!("\"{SENT}\":\"");
    let start = memmem::find(body, name.as_bytes())? + name.len();
    let rest = &body[start..];
    std::str::from_utf8(&rest[..memchr::memchr(b'"', rest)?]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotation_is_found_in_the_text() {
        let body = format!(r#"{{"metadata":{{"annotations":{{"a":"b","{SENT}":"17"}}}}}}"#);
        assert_eq!(sent(body.as_bytes()), Some("17"));
        assert_eq!(sent(b"{}"), None);
    }
}
