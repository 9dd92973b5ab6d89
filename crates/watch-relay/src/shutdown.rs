//! Tells tasks to stop.

use tokio::sync::watch;

/// What a task waits for.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<bool>);

/// Tells all tasks that wait.
#[derive(Debug)]
pub(crate) struct ShutdownTrigger(watch::Sender<bool>);

impl Shutdown {
    pub(crate) fn new() -> (ShutdownTrigger, Self) {
        let (sender, receiver) = watch::channel(false);
        (ShutdownTrigger(sender), Self(receiver))
    }

    /// Resolves once the tasks are to stop, or whoever could tell them is gone.
    pub(crate) async fn requested(&self) {
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}

impl ShutdownTrigger {
    pub(crate) fn request(&self) {
        self.0.send_replace(true);
    }
}
