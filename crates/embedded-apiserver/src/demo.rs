//! The demo workload: a small cluster in which something always happens.

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

/// How the demo goes.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    pace: Duration,
    seed: u64,
}

impl DemoOptions {
    /// The time between two things that happen; half a second by default.
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace.clamp(Duration::from_millis(1), FOREVER);
        self
    }

    /// Another order of things; the same seed gives the same order.
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

/// A demo that is going on. It ends when this is dropped, and what it created stays.
#[derive(Debug)]
#[must_use = "the demo ends when this is dropped"]
pub struct Demo {
    task: AbortHandle,
}

impl Demo {
    /// Creates the cluster's lasting objects at once, and begins the changes.
    fn start(
        runtime: &Handle,
        store: Store,
        mut stop: watch::Receiver<bool>,
        options: &DemoOptions,
    ) -> Self {
        let mut workload = Workload::begin(store, options.seed);
        let pace = options.pace;
        let task = runtime.spawn(async move {
            let mut steps = tokio::time::interval(pace);
            // After a pause of the machine, no flood.
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
    /// Starts the demo workload; it ends when the returned value is dropped, or with the server.
    pub fn demo(&self, options: &DemoOptions) -> Demo {
        Demo::start(self.runtime(), self.store().clone(), self.stop_signal(), options)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.task.abort();
    }
}
