//! SIGUSR1, and SIGINFO where it exists: the statistics are to be printed.

use std::future::pending;

/// The signals, once they are listened to.
pub(crate) struct StatsSignals {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl StatsSignals {
    /// Listens from now on. A signal that cannot be listened to is left out.
    pub(crate) fn listen() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            let kinds = [
                SignalKind::user_defined1(),
                #[cfg(any(
                    target_os = "macos",
                    target_os = "freebsd",
                    target_os = "netbsd",
                    target_os = "openbsd",
                    target_os = "dragonfly"
                ))]
                SignalKind::info(),
            ];
            Self { signals: kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Resolves at the next signal.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if !self.signals.is_empty() {
            let received = self.signals.iter_mut().map(|signal| Box::pin(signal.recv()));
            let (received, ..) = futures::future::select_all(received).await;
            if received.is_some() {
                return;
            }
        }
        pending::<()>().await;
    }
}
