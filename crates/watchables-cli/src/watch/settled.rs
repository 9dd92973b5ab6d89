//! Waits until what exists at the start was delivered: columns are as wide as it needs.

use std::time::Duration;

use tokio::sync::watch::Receiver;
use watchables::{Phase, WatchStatus};

/// Resolves when all watches are live, or after this time.
pub(crate) async fn settled(statuses: Vec<Receiver<WatchStatus>>, timeout: Duration) {
    let live = statuses.into_iter().map(|mut status| async move {
        let _ = status.wait_for(|status| status.phase == Phase::Live).await;
    });
    let _ = tokio::time::timeout(timeout, futures::future::join_all(live)).await;
}
