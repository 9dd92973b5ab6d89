//! Waits until what exists at the start was delivered: columns are as wide as it needs.

use std::time::Duration;

use tokio::sync::watch::Receiver;
use watchables::{Phase, WatchStatus};

/// How long a watch that does not become live holds up what the others have.
const PATIENCE: Duration = Duration::from_secs(1);

/// Resolves when all watches are live, or have had time for it.
pub(crate) async fn settled(statuses: Vec<Receiver<WatchStatus>>) {
    let live = statuses.into_iter().map(|mut status| async move {
        let _ = status.wait_for(|status| status.phase == Phase::Live).await;
    });
    let _ = tokio::time::timeout(PATIENCE, futures::future::join_all(live)).await;
}
