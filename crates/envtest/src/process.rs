//! A child process that never outlives its parent, however the parent ends.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Error, Result};

/// Runs the program and waits for it. A second shell waits for end of file on a pipe whose other end the
/// parent has: the kernel closes it when the parent dies, whatever the cause. (`PR_SET_PDEATHSIG` would
/// need `unsafe`, and fires when the thread that started the child ends.)
const WATCHDOG: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ read -r _ <&3; kill -KILL $child 2>/dev/null; } </dev/null >/dev/null 2>&1 & watchdog=$!
exec 3<&-
wait $child; code=$?
kill $watchdog 2>/dev/null
exit $code
"#;

/// The interval between readiness checks.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How many bytes at the end of the log an error shows.
const LOG_TAIL: u64 = 2_000;

/// A running program. Dropping it kills the program and waits for its exit.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    log: PathBuf,
    shell: Child,
}

impl Process {
    /// Starts a program whose output is appended to a log file.
    pub(crate) fn start(program: &Path, arguments: &[String], log: &Path) -> Result<Self> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let open = || File::options().create(true).append(true).open(log);
        let cannot_log = |error| Error::new(format!("cannot write {}: {error}", log.display()));
        let (out, err) = (open().map_err(cannot_log)?, open().map_err(cannot_log)?);
        let shell = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(out)
            .stderr(err)
            // Ctrl-C in a terminal goes to the parent only, whose exit ends the child.
            .process_group(0)
            .spawn()
            .map_err(Error::cannot(format!("start {}", program.display())))?;
        Ok(Self { name, log: log.to_owned(), shell })
    }

    /// Waits until `check` succeeds. Fails if the program exits first, or after the timeout.
    pub(crate) fn wait_until_ready(
        &mut self,
        timeout: Duration,
        mut check: impl FnMut() -> Result<()>,
    ) -> Result<()> {
        let start = Instant::now();
        loop {
            let why = match check() {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let exited = self.shell.try_wait().map_err(Error::cannot("wait for a child"))?;
            if let Some(status) = exited {
                return Err(self.error_with_log(&format!("exited during startup ({status})")));
            }
            if start.elapsed() > timeout {
                let timeout = timeout.as_secs();
                return Err(self.error_with_log(&format!("is not ready after {timeout} s: {why}")));
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn error_with_log(&self, what: &str) -> Error {
        let tail = tail(&self.log).unwrap_or_default();
        Error::new(format!("{} {what}; the end of {}:\n{tail}", self.name, self.log.display()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // A failure means that the process is already gone.
        let _ = self.shell.wait();
    }
}

fn tail(log: &Path) -> std::io::Result<String> {
    let length = fs::metadata(log)?.len();
    let mut file = File::open(log)?;
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set in the program that the test kills: the directory for its child's pid file.
    const CHILD_FOLDER: &str = "ENVTEST_CHILD_FOLDER";

    /// Starts a child that writes its process id to a file and then sleeps.
    fn sleeper(folder: &Path) -> Process {
        let script =
            format!("echo $$ >{0}/new && mv {0}/new {0}/pid; exec sleep 600", folder.display());
        let arguments = ["-c".to_owned(), script];
        Process::start(Path::new("/bin/sh"), &arguments, &folder.join("log")).unwrap()
    }

    /// Returns the child's directory in /proc.
    fn proc_entry(folder: &Path) -> PathBuf {
        wait_for(|| folder.join("pid").exists());
        let pid = fs::read_to_string(folder.join("pid")).unwrap();
        let entry = Path::new("/proc").join(pid.trim());
        assert!(entry.exists());
        entry
    }

    fn wait_for(condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < Duration::from_mins(1), "timed out");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn drop_kills_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let process = sleeper(folder.path());
        let entry = proc_entry(folder.path());
        drop(process);
        wait_for(|| !entry.exists());
    }

    /// Not a test by itself: the next test runs it in a separate process.
    #[test]
    fn parent_process() {
        if let Some(folder) = std::env::var_os(CHILD_FOLDER) {
            let _process = sleeper(Path::new(&folder));
            thread::sleep(Duration::from_mins(10));
        }
    }

    #[test]
    fn killed_parent_leaves_no_process() {
        let folder = tempfile::tempdir().unwrap();
        let mut program = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::tests::parent_process"])
            .env(CHILD_FOLDER, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let entry = proc_entry(folder.path());
        program.kill().unwrap();
        program.wait().unwrap();
        wait_for(|| !entry.exists());
    }

    #[test]
    fn startup_error_shows_the_exit_status_and_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["-c".to_owned(), "echo no such flag; exit 3".to_owned()];
        let log = folder.path().join("log");
        let mut process = Process::start(Path::new("/bin/sh"), &arguments, &log).unwrap();
        let error = process
            .wait_until_ready(Duration::from_mins(1), || Err(Error::new("not yet")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("exit status: 3") && error.contains("no such flag"), "{error}");
    }
}
