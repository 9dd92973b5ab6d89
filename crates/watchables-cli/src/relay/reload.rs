//! Reloads the configuration of a relay when its file changes, and on SIGHUP.

use std::convert::Infallible;

use anyhow::Context as _;
use watch_relay::{ConfigFile, Reloader};

use super::Connected;
use crate::args::ClusterArgs;

/// The signals that ask for it.
#[cfg(unix)]
pub(crate) struct Signals(tokio::signal::unix::Signal);

#[cfg(not(unix))]
pub(crate) struct Signals;

/// Takes SIGHUP from now on, which ends a process otherwise.
///
/// # Errors
///
/// If the system refuses it.
#[cfg(unix)]
pub(crate) fn signals() -> anyhow::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};

    let hangup = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    Ok(Signals(hangup))
}

#[cfg(not(unix))]
pub(crate) fn signals() -> anyhow::Result<Signals> {
    Ok(Signals)
}

impl Signals {
    #[cfg(unix)]
    async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// Reloads the file again and again. What is wrong with it is logged, and what held before holds on.
pub(crate) async fn run(
    mut file: ConfigFile,
    mut signals: Signals,
    reloader: Reloader,
    mut connected: Connected,
    args: &ClusterArgs,
) -> Infallible {
    loop {
        tokio::select! {
            () = signals.next() => {}
            () = file.changed() => {}
        }
        let config = match file.read_again() {
            Ok(config) => config,
            Err(error) => {
                reloader.failed(&error);
                continue;
            }
        };
        let next = match Connected::connect(&config, args, Some(&connected)).await {
            Ok(next) => next,
            Err(error) => {
                reloader.failed(&format!("{error:#}"));
                continue;
            }
        };
        if reloader.reload(&config, next.clusters(), next.reconnected()).is_ok() {
            connected = next;
        }
    }
}
