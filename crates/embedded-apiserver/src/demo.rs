//! The demo workload: a small cluster whose objects change all the time.

mod cluster;
mod pods;
mod workload;

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::MissedTickBehavior;

use crate::server::EmbeddedServer;
use crate::store::Store;
use crate::support::stop::stopped;
use crate::support::time::FOREVER;
use workload::Workload;

/// Options of the demo workload.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    pace: Duration,
    seed: u64,
}

impl DemoOptions {
    /// Sets the time between two changes. It is half a second by default, and at least a millisecond.
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace.clamp(Duration::from_millis(1), FOREVER);
        self
    }

    /// Sets the seed of the random choices. The same seed produces the same sequence of changes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { pace: Duration::from_millis(500), seed: 17 }
    }
}

/// A running demo. Dropping it stops the changes; the objects stay.
#[derive(Debug)]
#[must_use = "the demo stops when this is dropped"]
pub struct Demo {
    task: AbortHandle,
}

impl Demo {
    /// Creates the permanent objects immediately and starts the changes in a task.
    fn start(
        runtime: &Handle,
        store: Store,
        mut stop: watch::Receiver<bool>,
        options: &DemoOptions,
    ) -> Self {
        let mut workload = Workload::new(store, options.seed);
        let pace = options.pace;
        let task = runtime.spawn(async move {
            let mut steps = tokio::time::interval(pace);
            // No burst of changes after the machine was suspended.
            steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = stopped(&mut stop) => break,
                    _ = steps.tick() => workload.step(),
                }
            }
        });
        Self { task: task.abort_handle() }
    }
}

impl EmbeddedServer {
    /// Starts the demo workload. It stops when the returned value is dropped, or with the server.
    pub fn demo(&self, options: &DemoOptions) -> Demo {
        Demo::start(self.runtime(), self.store().clone(), self.stop_signal(), options)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.task.abort();
    }
}
