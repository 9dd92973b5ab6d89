//! A child process that never outlives us, however we end.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Error, Result};

/// Runs the program and waits for it, while a second shell waits for the end of a pipe of which we hold
/// the other end: the kernel closes it when we die, by whatever cause. (`PR_SET_PDEATHSIG` would need
/// `unsafe`, and fires when the thread ends that started the child.)
const KEEPER: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ read -r _ <&3; kill -KILL $child 2>/dev/null; } </dev/null >/dev/null 2>&1 & keeper=$!
exec 3<&-
wait $child; code=$?
kill $keeper 2>/dev/null
exit $code
"#;

/// Between two looks at whether a server is ready.
const PAUSE: Duration = Duration::from_millis(50);

/// How much of a log is shown when a program fails.
const LOG_TAIL: u64 = 2_000;

/// A running program. Dropping it kills it and waits until it is gone.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    log: PathBuf,
    shell: Child,
}

impl Process {
    /// Starts a program with its output going to a log, after what is there already.
    pub(crate) fn start(program: &Path, arguments: &[String], log: &Path) -> Result<Self> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let open = || File::options().create(true).append(true).open(log);
        let cannot_log = |error| Error::new(format!("cannot write {}: {error}", log.display()));
        let (out, err) = (open().map_err(cannot_log)?, open().map_err(cannot_log)?);
        let shell = Command::new("/bin/sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(out)
            .stderr(err)
            // A terminal's Ctrl-C is for us: our end is theirs.
            .process_group(0)
            .spawn()
            .map_err(Error::cannot(format!("start {}", program.display())))?;
        Ok(Self { name, log: log.to_owned(), shell })
    }

    /// Waits until it is ready, as long as it runs.
    pub(crate) fn wait_until(
        &mut self,
        patience: Duration,
        mut ready: impl FnMut() -> Result<()>,
    ) -> Result<()> {
        let start = Instant::now();
        loop {
            let why = match ready() {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let ended = self.shell.try_wait().map_err(Error::cannot("wait for a child"))?;
            if let Some(status) = ended {
                return Err(self.failed(&format!("ended at its start ({status})")));
            }
            if start.elapsed() > patience {
                let patience = patience.as_secs();
                return Err(self.failed(&format!("is not ready after {patience} s: {why}")));
            }
            thread::sleep(PAUSE);
        }
    }

    fn failed(&self, how: &str) -> Error {
        let tail = tail(&self.log).unwrap_or_default();
        Error::new(format!("{} {how}; the end of {}:\n{tail}", self.name, self.log.display()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // A failure means that it is gone.
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

    /// Set in the program that is to be killed: where it writes down its child.
    const VICTIM: &str = "ENVTEST_VICTIM";

    /// A child that writes down its process id and then stays.
    fn sleeper(folder: &Path) -> Process {
        let script =
            format!("echo $$ >{0}/new && mv {0}/new {0}/pid; exec sleep 600", folder.display());
        let arguments = ["-c".to_owned(), script];
        Process::start(Path::new("/bin/sh"), &arguments, &folder.join("log")).unwrap()
    }

    /// The child's own place in /proc.
    fn place(folder: &Path) -> PathBuf {
        until(|| folder.join("pid").exists());
        let pid = fs::read_to_string(folder.join("pid")).unwrap();
        let place = Path::new("/proc").join(pid.trim());
        assert!(place.exists());
        place
    }

    fn until(holds: impl Fn() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < Duration::from_mins(1), "it hangs");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn dropping_it_kills_it() {
        let folder = tempfile::tempdir().unwrap();
        let process = sleeper(folder.path());
        let place = place(folder.path());
        drop(process);
        until(|| !place.exists());
    }

    /// Not a test in itself: the other one runs it in a process of its own.
    #[test]
    fn victim() {
        if let Some(folder) = std::env::var_os(VICTIM) {
            let _process = sleeper(Path::new(&folder));
            thread::sleep(Duration::from_mins(10));
        }
    }

    #[test]
    fn a_killed_program_leaves_nothing_running() {
        let folder = tempfile::tempdir().unwrap();
        let mut program = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::tests::victim"])
            .env(VICTIM, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let place = place(folder.path());
        program.kill().unwrap();
        program.wait().unwrap();
        until(|| !place.exists());
    }

    #[test]
    fn a_program_that_ends_at_once_is_told_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["-c".to_owned(), "echo no such flag; exit 3".to_owned()];
        let log = folder.path().join("log");
        let mut process = Process::start(Path::new("/bin/sh"), &arguments, &log).unwrap();
        let error = process
            .wait_until(Duration::from_mins(1), || Err(Error::new("not yet")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("exit status: 3") && error.contains("no such flag"), "{error}");
    }
}
