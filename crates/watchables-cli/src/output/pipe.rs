//! The reader of standard output, which may close the pipe.

use std::io;
use std::time::Duration;

/// How often [`closed`] checks whether standard output still has a reader.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Returns whether a write failed because the reader closed the pipe, which is not a failure of
/// this program.
pub(crate) fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Resolves when the reader of standard output closes the pipe, as with `| head -1`.
pub(crate) async fn closed() {
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if is_closed() {
            return;
        }
    }
}

#[cfg(unix)]
fn is_closed() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stdout = io::stdout();
    // poll(2) reports a closed reader as ERR, which need not be requested.
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let no_wait = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&no_wait)).is_ok() && fds[0].revents().contains(PollFlags::ERR)
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}

/// Returns whether standard output was closed when this process began, as by `>&-`.
///
/// Rust's runtime opens the null device in its place, for reading and writing. Who does the same in this process's place
/// on purpose cannot be told apart; a shell's `> /dev/null` is for writing alone.
#[cfg(unix)]
pub(crate) fn is_nowhere() -> bool {
    use std::fs::{File, metadata};
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::{OFlags, fcntl_getfl};

    let stdout = io::stdout();
    let Ok(flags) = fcntl_getfl(&stdout) else { return true };
    let stdout = stdout.as_fd().try_clone_to_owned().and_then(|fd| File::from(fd).metadata());
    let (Ok(stdout), Ok(null)) = (stdout, metadata("/dev/null")) else { return false };
    let is_null = (stdout.dev(), stdout.ino()) == (null.dev(), null.ino());
    is_null && flags & OFlags::RWMODE == OFlags::RDWR
}

#[cfg(not(unix))]
pub(crate) fn is_nowhere() -> bool {
    false
}
