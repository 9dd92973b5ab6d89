//! Runs tests, prints their results and counts them.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::timeout;

/// Longer than any test takes.
const TEST_TIMEOUT: Duration = Duration::from_mins(5);

/// The counter of passed fault tests.
const FAULTS: &str = "faults";

/// The reason why a test did not pass.
#[derive(Debug)]
pub(crate) enum NotPassed {
    /// The test failed.
    Failed(String),
    /// The test does not apply to this server.
    Skipped(String),
}

/// The result of a test. The text of a passed test says what was observed.
pub(crate) type Outcome = Result<String, NotPassed>;

impl<T: Into<String>> From<T> for NotPassed {
    fn from(reason: T) -> Self {
        Self::Failed(reason.into())
    }
}

/// Turns an error and its chain of sources into a failure.
pub(crate) fn failed(error: impl std::error::Error) -> NotPassed {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    NotPassed::Failed(text)
}

pub(crate) struct Report {
    filter: Option<String>,
    counts: Mutex<BTreeMap<&'static str, usize>>,
}

impl Report {
    pub(crate) fn new(filter: Option<String>) -> Self {
        Self { filter, counts: Mutex::default() }
    }

    /// Returns whether the filter selects a test of this name.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }

    /// Runs a fault test, which compares the delivered events with a final list, and counts it if it passes.
    pub(crate) async fn fault(&self, name: &str, test: impl Future<Output = Outcome>) {
        if self.test(name, test).await == Some("passed") {
            *self.counts.lock().expect("no panic").entry(FAULTS).or_default() += 1;
        }
    }

    /// Runs a test, unless it is filtered out, and returns its result in a word. A panic is a failure.
    pub(crate) async fn test(
        &self,
        name: &str,
        test: impl Future<Output = Outcome>,
    ) -> Option<&'static str> {
        if !self.wants(name) {
            return None;
        }
        let outcome = match timeout(TEST_TIMEOUT, AssertUnwindSafe(test).catch_unwind()).await {
            Err(_) => Err("timed out".into()),
            Ok(Err(_)) => Err("panicked".into()),
            Ok(Ok(outcome)) => outcome,
        };
        Some(self.record(name, outcome))
    }

    /// Prints and counts a test's result, and returns it in a word.
    pub(crate) fn record(&self, name: &str, outcome: Outcome) -> &'static str {
        let word = print(name, outcome);
        *self.counts.lock().expect("no panic").entry(word).or_default() += 1;
        word
    }

    /// Prints the result of the cleanup, which counts only as a failure.
    pub(crate) fn record_cleanup(&self, name: &str, outcome: Outcome) {
        if outcome.is_err() {
            self.record(name, outcome);
        } else {
            print(name, outcome);
        }
    }

    /// Prints the counts and returns the exit code.
    pub(crate) fn close(&self) -> ExitCode {
        let counts = self.counts.lock().expect("no panic");
        let count = |word| counts.get(word).copied().unwrap_or_default();
        let (passed, failed) = (count("passed"), count("FAILED"));
        let (skipped, faults) = (count("skipped"), count(FAULTS));
        println!(
            "end to end: {passed} passed, {failed} failed, {skipped} skipped; after {faults} faults the \
             delivered events match a final list"
        );
        if passed == 0 {
            eprintln!("no test passed: a run without passed tests fails");
        }
        if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Prints a test's result and returns it in a word.
fn print(name: &str, outcome: Outcome) -> &'static str {
    let (word, more) = match outcome {
        Ok(seen) if seen.is_empty() => ("passed", seen),
        Ok(seen) => ("passed", format!(": {seen}")),
        Err(NotPassed::Skipped(reason)) => ("skipped", format!(": {reason}")),
        Err(NotPassed::Failed(reason)) => ("FAILED", format!(": {reason}")),
    };
    println!("{word:8} {name}{more}");
    word
}
