//! Ctrl-C and SIGTERM, which end the program even while its output is blocked.

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
    // Not on the main thread, which may be blocked in a write.
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        if runtime.block_on(signal()).is_ok() {
            let _ = sender.send(());
            std::thread::sleep(grace_period);
            std::process::exit(code);
        }
    });
    receiver
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
