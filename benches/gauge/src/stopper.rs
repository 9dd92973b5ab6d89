//! Stops streams from another thread and measures how long they take to end.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Figures, quantile};

/// Long enough for the thread that waits for the stream to be asleep.
const ASLEEP: Duration = Duration::from_millis(2);

/// A stream to stop.
struct Task {
    /// Returns whether the stream is in the phase in which to stop it.
    ready: Box<dyn Fn() -> bool + Send>,
    stop: Box<dyn FnOnce() + Send>,
}

/// A thread that stops one stream after another.
#[derive(Debug)]
pub struct Stopper {
    tasks: Sender<Task>,
    stopped: Receiver<Instant>,
    micros: Vec<f64>,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").finish_non_exhaustive()
    }
}

impl Stopper {
    /// Starts the thread.
    #[must_use]
    pub fn start() -> Self {
        let (tasks, receiver) = channel::<Task>();
        let (reports, stopped) = channel();
        thread::spawn(move || {
            for Task { ready, stop } in receiver {
                thread::sleep(ASLEEP);
                while !ready() {
                    thread::sleep(ASLEEP);
                }
                let called = Instant::now();
                stop();
                if reports.send(called).is_err() {
                    return;
                }
            }
        });
        Self { tasks, stopped, micros: Vec::new() }
    }

    /// Requests that a stream is stopped as soon as it is ready.
    ///
    /// # Panics
    ///
    /// Panics if the thread has panicked.
    pub fn stop(
        &self,
        ready: impl Fn() -> bool + Send + 'static,
        stop: impl FnOnce() + Send + 'static,
    ) {
        let task = Task { ready: Box::new(ready), stop: Box::new(stop) };
        self.tasks.send(task).expect("the thread runs");
    }

    /// Records that the stream has just ended.
    ///
    /// # Panics
    ///
    /// Panics if the thread has panicked.
    pub fn ended(&mut self) {
        let now = Instant::now();
        let called = self.stopped.recv().expect("the thread runs");
        // A stream that ended by itself was not stopped.
        assert!(called <= now, "the stream ended before it was stopped");
        self.micros.push((now - called).as_secs_f64() * 1e6);
    }

    /// Returns median and maximum in microseconds.
    #[must_use]
    pub fn figures(mut self) -> Figures {
        Figures::default()
            .with("median_us", quantile(&mut self.micros, 0.5))
            .with("worst_us", quantile(&mut self.micros, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn stop_waits_until_the_stream_is_ready() {
        let checks = Arc::new(AtomicUsize::new(0));
        let mut stopper = Stopper::start();
        let (done, end) = channel();
        let count = Arc::clone(&checks);
        stopper.stop(
            move || count.fetch_add(1, Ordering::Relaxed) == 2,
            move || done.send(()).unwrap(),
        );
        end.recv().unwrap();
        stopper.ended();
        assert_eq!(checks.load(Ordering::Relaxed), 3);
        assert!(stopper.figures().line().contains("worst_us"));
    }
}
