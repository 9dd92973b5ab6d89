//! What is said on standard error while a watch is interrupted, and when it goes on.

use std::future::pending;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch::Receiver;
use tokio::time::timeout;
use watchables::{Phase, WatchStatus};

/// An interruption that is over sooner is nobody's business: servers end connections all the time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells of the interruptions of each watch, which goes by the name beside it. Never resolves.
pub(crate) async fn tell(watches: Vec<(String, Receiver<WatchStatus>)>) {
    join_all(watches.into_iter().map(|(name, status)| tell_of(name, status))).await;
    pending::<()>().await;
}

async fn tell_of(name: String, mut status: Receiver<WatchStatus>) {
    let is_live = |status: &WatchStatus| status.phase == Phase::Live;
    loop {
        let backs_off = |status: &WatchStatus| matches!(status.phase, Phase::BackingOff { .. });
        let cause = match status.wait_for(backs_off).await.map(|status| status.phase) {
            Ok(Phase::BackingOff { cause, .. }) => cause,
            Ok(_) => continue,
            Err(_) => return,
        };
        match timeout(PATIENCE, status.wait_for(is_live)).await {
            Ok(Ok(_)) => continue,
            Ok(Err(_)) => return,
            Err(_) => eprintln!("watchables: {name}: {cause}; trying again until it is mended"),
        }
        match status.wait_for(is_live).await {
            Ok(_) => eprintln!("watchables: {name}: goes on, and nothing was lost"),
            Err(_) => return,
        }
    }
}
