//! Tells how each test went, and how many went how.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::timeout;

/// Longer than any test takes: what is not over by then hangs.
const HANGS: Duration = Duration::from_mins(5);

/// Counts those of the passed tests that are of a fault.
const FAULTS: &str = "faults";

/// Why a test did not pass.
#[derive(Debug)]
pub(crate) enum Not {
    /// It failed; with the reason.
    Failed(String),
    /// It could not be run on this server; with the reason.
    Skipped(String),
}

/// What a test gives; the text says what was seen.
pub(crate) type Outcome = Result<String, Not>;

impl<T: Into<String>> From<T> for Not {
    fn from(reason: T) -> Self {
        Self::Failed(reason.into())
    }
}

/// A failure with its cause's chain.
pub(crate) fn failed(error: impl std::error::Error) -> Not {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    Not::Failed(text)
}

pub(crate) struct Report {
    filter: Option<String>,
    counts: Mutex<BTreeMap<&'static str, usize>>,
}

impl Report {
    pub(crate) fn new(filter: Option<String>) -> Self {
        Self { filter, counts: Mutex::default() }
    }

    /// Whether any test whose names contain this may be wanted.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }

    /// Runs a test that strikes with a fault and compares with a final list in the end.
    pub(crate) async fn fault(&self, name: &str, test: impl Future<Output = Outcome>) {
        if self.test(name, test).await == Some("passed") {
            *self.counts.lock().expect("no panic").entry(FAULTS).or_default() += 1;
        }
    }

    /// Runs a test, unless it is not wanted, and tells how it went: in a word. A panic is a failure.
    pub(crate) async fn test(
        &self,
        name: &str,
        test: impl Future<Output = Outcome>,
    ) -> Option<&'static str> {
        if !self.wants(name) {
            return None;
        }
        let outcome = match timeout(HANGS, AssertUnwindSafe(test).catch_unwind()).await {
            Err(_) => Err("it hangs".into()),
            Ok(Err(_)) => Err("it panicked".into()),
            Ok(Ok(outcome)) => outcome,
        };
        Some(self.tell(name, outcome))
    }

    /// Tells how a test went; in a word, too.
    pub(crate) fn tell(&self, name: &str, outcome: Outcome) -> &'static str {
        let word = print(name, outcome);
        *self.counts.lock().expect("no panic").entry(word).or_default() += 1;
        word
    }

    /// Tells how the end of all tests went: it counts only where it fails.
    pub(crate) fn tell_end(&self, name: &str, outcome: Outcome) {
        if outcome.is_err() {
            self.tell(name, outcome);
        } else {
            print(name, outcome);
        }
    }

    /// Tells the counts.
    pub(crate) fn close(&self) -> ExitCode {
        let counts = self.counts.lock().expect("no panic");
        let count = |word| counts.get(word).copied().unwrap_or_default();
        let (passed, failed) = (count("passed"), count("FAILED"));
        let (skipped, faults) = (count("skipped"), count(FAULTS));
        println!(
            "end to end: {passed} passed, {failed} failed, {skipped} skipped; after {faults} faults what \
             was delivered is what a final list has"
        );
        if passed == 0 {
            eprintln!("no test has passed: that is a failure too");
        }
        if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Prints how a test went; returns it in a word.
fn print(name: &str, outcome: Outcome) -> &'static str {
    let (word, more) = match outcome {
        Ok(seen) if seen.is_empty() => ("passed", seen),
        Ok(seen) => ("passed", format!(": {seen}")),
        Err(Not::Skipped(reason)) => ("skipped", format!(": {reason}")),
        Err(Not::Failed(reason)) => ("FAILED", format!(": {reason}")),
    };
    println!("{word:8} {name}{more}");
    word
}
