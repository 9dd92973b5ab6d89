//! The signal with which the owner of a server stops its tasks.

use tokio::sync::watch;

/// Waits until the owner says stop, or is gone.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
