//! Requests of tasks to shut down.

use tokio::sync::watch;
use tokio::time::Instant;

/// The request that a task waits for.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<Option<Instant>>);

/// Sends the request to all tasks that wait for it.
#[derive(Debug)]
pub(crate) struct ShutdownTrigger(watch::Sender<Option<Instant>>);

impl Shutdown {
    pub(crate) fn new() -> (ShutdownTrigger, Self) {
        let (sender, receiver) = watch::channel(None);
        (ShutdownTrigger(sender), Self(receiver))
    }

    /// Resolves once the tasks are to stop, or whoever could request it is gone. Returns when they are aborted if they
    /// still run then.
    pub(crate) async fn requested(&self) -> Instant {
        let mut receiver = self.0.clone();
        let requested = receiver.wait_for(Option::is_some).await;
        requested.ok().and_then(|deadline| *deadline).unwrap_or_else(Instant::now)
    }

    /// Returns whether the tasks are to stop.
    pub(crate) fn is_requested(&self) -> bool {
        self.0.borrow().is_some() || self.0.has_changed().is_err()
    }
}

impl ShutdownTrigger {
    pub(crate) fn request(&self, deadline: Instant) {
        self.0.send_replace(Some(deadline));
    }
}
