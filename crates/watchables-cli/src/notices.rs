//! What is said on standard error while a watch is interrupted, and when it goes on.

use std::future::pending;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch::Receiver;
use tokio::time::timeout;
use watchables::{Phase, WatchStatus};

/// An interruption that is over sooner is nobody's business: servers end connections all the time.
const PATIENCE: Duration = Duration::from_secs(1);

/// A watch that has lasted so long is one that goes on.
const SETTLED: Duration = Duration::from_millis(500);

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
        // A server may accept a watch and then say that it has no longer what comes next.
        loop {
            if status.wait_for(is_live).await.is_err() {
                return;
            }
            match timeout(SETTLED, status.wait_for(|status| !is_live(status))).await {
                Ok(Ok(_)) => {}
                Ok(Err(_)) => return,
                Err(_) => break eprintln!("watchables: {name}: goes on, and nothing was lost"),
            }
        }
    }
}
