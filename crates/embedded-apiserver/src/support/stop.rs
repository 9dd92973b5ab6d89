//! The stop signal of a server.

use tokio::sync::watch;

/// Waits until the server is stopped or dropped.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
