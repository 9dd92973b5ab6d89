//! How the watches are.

use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch::Receiver;
use watch_terminal::WatchState;
use watchables::{MultiplexingWatcher, Phase, WatchError, WatchStatus};

use super::super::screen::Screen;
use crate::failure;
use crate::watch::Seen;

/// Why watches have ended, by their names. Others go on.
#[derive(Clone, Default)]
pub(super) struct Failures(Arc<Mutex<Vec<(String, WatchError)>>>);

impl Failures {
    /// Makes the multiplexer note errors.
    pub(super) fn note(&self, mux: MultiplexingWatcher<Seen>) -> MultiplexingWatcher<Seen> {
        let Self(failures) = self.clone();
        mux.on_error_async(move |_, member, error| {
            let name = member.source().to_string();
            failures.lock().unwrap_or_else(PoisonError::into_inner).push((name, error));
            ready(false)
        })
    }

    fn cause(&self, name: &str) -> Option<String> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, error) = failures.iter().find(|(of, _)| of == name)?;
        Some(failure::one_line_of(error))
    }

    /// Returns the first of them.
    pub(super) fn into_first(self) -> anyhow::Error {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.is_empty() {
            return anyhow::anyhow!("all watches have ended");
        }
        let (name, error) = failures.swap_remove(0);
        anyhow::Error::from(error).context(name)
    }
}

/// A watch, with what was shown of it last.
pub(super) struct Watched {
    pub(super) name: String,
    pub(super) status: Receiver<WatchStatus>,
    pub(super) last: Option<WatchState>,
}

impl Watched {
    /// Returns how it is, if that has changed.
    pub(super) fn state(&mut self, failures: &Failures, screen: &Screen) -> Option<WatchState> {
        let state = match failures.cause(&self.name) {
            Some(cause) => WatchState::Failed { cause },
            None => state(&self.status.borrow(), screen),
        };
        (self.last.as_ref() != Some(&state)).then(|| {
            self.last = Some(state.clone());
            state
        })
    }
}

fn state(status: &WatchStatus, screen: &Screen) -> WatchState {
    match (status.phase, &status.interruption) {
        (Phase::Live, _) => WatchState::Live,
        (phase, Some(interruption)) => {
            let cause = match &status.unreachable {
                Some(error) => format!("{}: {error}", interruption.cause),
                None => interruption.cause.to_string(),
            };
            let retry = match phase {
                Phase::BackingOff { until, .. } => Some(screen.elapsed_at(until)),
                _ => None,
            };
            WatchState::Interrupted { cause, retry }
        }
        (Phase::Listing { done, remaining }, None) => WatchState::Listing { done, remaining },
        _ => WatchState::Connecting,
    }
}
