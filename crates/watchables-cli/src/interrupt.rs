//! Ctrl-C and SIGTERM, which end the program even while its output is blocked.

use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use tokio::sync::oneshot;

/// How long a graceful shutdown may take before the process exits.
pub(crate) const GRACE_PERIOD: Duration = Duration::from_millis(200);

/// Returns a receiver that resolves at the first Ctrl-C or SIGTERM.
///
/// If the process still runs after [`GRACE_PERIOD`], because its output is blocked by a reader that
/// does not read, it exits with code 0.
pub(crate) fn interrupted() -> oneshot::Receiver<()> {
    interrupted_within(GRACE_PERIOD)
}

/// The same for a program that has more to do before it exits.
pub(crate) fn interrupted_within(grace_period: Duration) -> oneshot::Receiver<()> {
    interrupted_with(grace_period, 0)
}

/// The same for a program that exits with another code.
pub(crate) fn interrupted_with(grace_period: Duration, code: i32) -> oneshot::Receiver<()> {
    let (sender, receiver) = oneshot::channel();
    let (listening, listens) = mpsc::channel();
    // Not on the main thread, which may be blocked in a write.
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        if runtime.block_on(signal(&listening)).is_ok() {
            let _ = sender.send(());
            std::thread::sleep(grace_period);
            std::process::exit(code);
        }
    });
    // Before that, a signal would end the process without any result. An error means that there is no thread.
    let _ = listens.recv();
    receiver
}

#[cfg(unix)]
async fn signal(listening: &Sender<()>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let _ = listening.send(());
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signal(listening: &Sender<()>) -> std::io::Result<()> {
    let interrupt = tokio::signal::ctrl_c();
    let _ = listening.send(());
    interrupt.await
}
