//! Requests of tasks to shut down.

use tokio::sync::watch;

/// The request that a task waits for.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<bool>);

/// Sends the request to all tasks that wait for it.
#[derive(Debug)]
pub(crate) struct ShutdownTrigger(watch::Sender<bool>);

impl Shutdown {
    pub(crate) fn new() -> (ShutdownTrigger, Self) {
        let (sender, receiver) = watch::channel(false);
        (ShutdownTrigger(sender), Self(receiver))
    }

    /// Resolves once the tasks are to stop, or whoever could request it is gone.
    pub(crate) async fn requested(&self) {
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}

impl ShutdownTrigger {
    pub(crate) fn request(&self) {
        self.0.send_replace(true);
    }
}
