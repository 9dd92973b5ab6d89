//! Waiting for a store, perhaps not forever.

use std::error::Error;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use watch_runtime::{EventSource, WatchError};

use crate::progress::{End, Progress, Reached};
use crate::shared::Shared;

/// Waits for something to happen in a store: `.await` it, or set a deadline first.
///
/// # Cancel safety
///
/// Dropping it has no effect on the store.
#[must_use = "it does nothing unless awaited"]
pub struct Wait<O> {
    future: BoxFuture<'static, Result<O, WaitError>>,
    within: Option<Duration>,
}

impl<O: 'static> Wait<O> {
    pub(crate) fn new(future: impl Future<Output = Result<O, WaitError>> + Send + 'static) -> Self {
        Self { future: Box::pin(future), within: None }
    }

    /// Sets after how long to give up, counted from when it is first polled. Without it, it waits until the store ends.
    pub fn within(self, time: Duration) -> Self {
        Self { within: Some(time), ..self }
    }
}

impl<O: Send + 'static> IntoFuture for Wait<O> {
    type Output = Result<O, WaitError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { future, within } = self;
        match within {
            None => future,
            Some(time) => Box::pin(async move {
                let waited = tokio::time::timeout(time, future).await;
                waited.unwrap_or(Err(WaitError(Kind::Deadline(time))))
            }),
        }
    }
}

impl<O> fmt::Debug for Wait<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("within", &self.within).finish_non_exhaustive()
    }
}

/// Why what was waited for did not happen.
#[derive(Clone, Debug)]
pub struct WaitError(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Deadline(Duration),
    Ended { source: EventSource, end: End },
    Incomparable(EventSource),
    NoSource(String),
}

impl WaitError {
    /// No source of the store has this name.
    pub(crate) fn no_source(name: &str) -> Self {
        Self(Kind::NoSource(name.to_owned()))
    }

    /// Whether it did not happen in time.
    pub fn is_deadline(&self) -> bool {
        matches!(self.0, Kind::Deadline(_))
    }

    /// Whether it cannot happen any more, because a source of the store has ended.
    pub fn is_ended(&self) -> bool {
        matches!(self.0, Kind::Ended { .. })
    }

    /// Whether the version that was waited for cannot be compared with that of the store: not both are decimal numbers.
    pub fn is_incomparable(&self) -> bool {
        matches!(self.0, Kind::Incomparable(_))
    }

    /// Whether it ended by a failure: it was not stopped.
    #[cfg(feature = "kube-runtime")]
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self.0, Kind::Ended { end: End::Failed(_) | End::Panicked, .. })
    }

    /// Returns the error with which the source has ended, if it has ended with one.
    pub fn watch_error(&self) -> Option<&WatchError> {
        match &self.0 {
            Kind::Ended { end: End::Failed(error), .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Deadline(time) => write!(f, "it did not happen within {time:?}"),
            Kind::Ended { source, end } => {
                f.write_str("the store is no longer fed")?;
                if !source.as_str().is_empty() {
                    write!(f, " from {source}")?;
                }
                match end {
                    End::Stopped => f.write_str(": it was stopped"),
                    End::Failed(_) => f.write_str(": its watcher has failed"),
                    End::Panicked => {
                        f.write_str(": a function of an index or a projection panicked")
                    }
                }
            }
            Kind::Incomparable(source) => {
                f.write_str("the resource versions are not decimal numbers, which alone compare")?;
                if source.as_str().is_empty() { Ok(()) } else { write!(f, ", in {source}") }
            }
            Kind::NoSource(name) => write!(f, "the store has no source {name:?}"),
        }
    }
}

impl Error for WaitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.watch_error().map(|error| error as _)
    }
}

/// Waits until the sources have reached something.
pub(crate) async fn reached<V>(
    shared: Arc<Shared<V>>,
    reached: impl Fn(&Progress) -> Reached,
) -> Result<(), WaitError> {
    let mut progress = shared.progress.subscribe();
    let has_decided = progress.wait_for(|progress| reached(progress) != Reached::NotYet).await;
    // The sender is in `shared`.
    let Ok(progress) = has_decided else { return Ok(()) };
    let name = |at: usize| shared.sources[at].0.clone();
    match reached(&progress) {
        Reached::Yes | Reached::NotYet => Ok(()),
        Reached::Never(at) => {
            let end = progress.sources[at].end.clone().unwrap_or(End::Stopped);
            Err(WaitError(Kind::Ended { source: name(at), end }))
        }
        Reached::Incomparable(at) => Err(WaitError(Kind::Incomparable(name(at)))),
    }
}

/// Returns why no change comes any more.
pub(crate) fn ended<V>(shared: &Shared<V>) -> WaitError {
    let progress = shared.progress.borrow();
    let failed = |end: &Option<End>| matches!(end, Some(End::Failed(_) | End::Panicked));
    let at = progress.sources.iter().position(|source| failed(&source.end)).unwrap_or_default();
    let end = progress.sources.get(at).and_then(|source| source.end.clone());
    let source = shared.sources.get(at).map(|(source, _)| source.clone()).unwrap_or_default();
    WaitError(Kind::Ended { source, end: end.unwrap_or(End::Stopped) })
}
