//! Notices on standard error: a watch is interrupted, a watch has resumed.

use std::future::pending;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch::Receiver;
use tokio::time::timeout;
use watchables::{Phase, WatchStatus};

/// How long an interruption lasts before it is reported. Servers end connections all the time.
const REPORT_AFTER: Duration = Duration::from_secs(1);

/// How long a watch must stay live to count as resumed.
const RESUMED_AFTER: Duration = Duration::from_millis(500);

/// Prints the interruptions of every watch, given by name and status. Never resolves.
pub(crate) async fn report(watches: Vec<(String, Receiver<WatchStatus>)>) {
    join_all(watches.into_iter().map(|(name, status)| report_watch(name, status))).await;
    pending::<()>().await;
}

async fn report_watch(name: String, mut status: Receiver<WatchStatus>) {
    let is_live = |status: &WatchStatus| status.phase == Phase::Live;
    loop {
        let backs_off = |status: &WatchStatus| matches!(status.phase, Phase::BackingOff { .. });
        let cause = match status.wait_for(backs_off).await.map(|status| status.phase) {
            Ok(Phase::BackingOff { cause, .. }) => cause,
            Ok(_) => continue,
            Err(_) => return,
        };
        match timeout(REPORT_AFTER, status.wait_for(is_live)).await {
            Ok(Ok(_)) => continue,
            Ok(Err(_)) => return,
            Err(_) => eprintln!("watchables: {name}: {cause}; retrying"),
        }
        // A server may accept a watch and then reject its resource version with a 410.
        loop {
            if status.wait_for(is_live).await.is_err() {
                return;
            }
            match timeout(RESUMED_AFTER, status.wait_for(|status| !is_live(status))).await {
                Ok(Ok(_)) => {}
                Ok(Err(_)) => return,
                Err(_) => {
                    break eprintln!("watchables: {name}: watching again, nothing was missed");
                }
            }
        }
    }
}
