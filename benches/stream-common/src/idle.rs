//! Many watchers that receive no events.

use std::error::Error as StdError;
use std::sync::Arc;

use gauge::{Figures, IdleMeasurement};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::Error;

/// Signals that a watcher is watching.
#[derive(Debug)]
pub struct Ready(Arc<Semaphore>);

impl Ready {
    /// Reports the watcher as ready.
    pub fn signal(&self) {
        self.0.add_permits(1);
    }
}

/// Starts `count` watchers, waits until each is ready, measures them while nothing happens, and stops
/// them all.
///
/// `start` spawns a watcher and returns its stop handle and its task. `stop` requests its end, and may
/// abort the task.
///
/// # Errors
///
/// Fails if a watcher fails.
pub async fn idle<H, E: StdError + 'static>(
    count: u32,
    mut start: impl FnMut(Ready) -> (H, JoinHandle<Result<(), E>>),
    stop: impl Fn(&H, &JoinHandle<Result<(), E>>),
) -> Result<Figures, Error> {
    let mut measurement = IdleMeasurement::start(count);
    let ready = Arc::new(Semaphore::new(0));
    let mut handles = Vec::new();
    let mut tasks = Vec::new();
    for _ in 0..count {
        let (handle, task) = start(Ready(Arc::clone(&ready)));
        handles.push(handle);
        tasks.push(task);
    }
    ready.acquire_many(count).await?.forget();
    tokio::time::sleep(IdleMeasurement::SETTLE).await;
    measurement.settled();
    tokio::time::sleep(IdleMeasurement::DURATION).await;
    measurement.elapsed();
    measurement.stopping();
    for (handle, task) in handles.iter().zip(&tasks) {
        stop(handle, task);
    }
    for task in tasks {
        match task.await {
            Err(error) if error.is_cancelled() => {}
            ended => ended??,
        }
    }
    Ok(measurement.stopped())
}
