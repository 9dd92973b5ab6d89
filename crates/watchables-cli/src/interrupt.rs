//! Ctrl-C and its like end the program at once, even while its output is blocked.

use std::time::Duration;

use tokio::sync::oneshot;

/// What a polite end may take before it is forced.
const PATIENCE: Duration = Duration::from_millis(200);

/// Resolves at the first Ctrl-C (or SIGTERM). If the program has not ended by itself a moment
/// later, because whoever reads its output does not, it is ended.
pub(crate) fn interrupted() -> oneshot::Receiver<()> {
    let (tell, told) = oneshot::channel();
    // A thread of its own: the main one may be blocked in a write.
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        if runtime.block_on(signal()).is_ok() {
            let _ = tell.send(());
            std::thread::sleep(PATIENCE);
            std::process::exit(0);
        }
    });
    told
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
