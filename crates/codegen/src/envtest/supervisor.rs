//! A process that keeps a control plane up between commands; a socket in the cache's folder reaches it.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use envtest::{Assets, ControlPlane, Options};
use serde::{Deserialize, Serialize};

use super::cache;
use crate::error::{Failure, Result};

/// What is up.
#[derive(Deserialize, Serialize)]
pub(super) struct Up {
    pub(super) assets: PathBuf,
    pub(super) kubeconfig: PathBuf,
    url: String,
}

const STATUS: u8 = b'?';
const STOP: u8 = b'!';

/// Starts the servers, unless they are up, and waits until they are ready.
pub(super) fn up(assets: &Assets) -> Result<Up> {
    // Of two at once, the other finds what the one has started.
    let _lock = cache::lock(&cache::folder()?)?;
    if let Some(up) = running()? {
        eprintln!("already up at {}; `cargo xtask envtest down` stops it", up.url);
        return Ok(up);
    }
    let log = cache::folder()?.join("up.log");
    let failure = |error| Failure::io("write", &log, &error);
    let out = File::create(&log).map_err(failure)?;
    let err = out.try_clone().map_err(failure)?;
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot tell our own program: {error}")))?;
    let mut child = Command::new(program)
        .args(["envtest", "supervise"])
        .arg(assets.folder())
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        // It is to outlive this command and its terminal's Ctrl-C.
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start a supervisor: {error}")))?;
    loop {
        if let Some(up) = running()? {
            eprintln!("up at {}", up.url);
            return Ok(up);
        }
        if let Ok(Some(status)) = child.try_wait() {
            let text = fs::read_to_string(&log).unwrap_or_default();
            return Err(Failure::new(format!("the servers did not start ({status}): {text}")));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Stops what is up, and waits until it is gone.
pub(super) fn down() -> Result<()> {
    match ask(STOP)? {
        Some(_) => eprintln!("stopped"),
        None => eprintln!("nothing is up"),
    }
    Ok(())
}

/// What is up.
pub(super) fn running() -> Result<Option<Up>> {
    let Some(answer) = ask(STATUS)? else { return Ok(None) };
    serde_json::from_slice(&answer)
        .map(Some)
        .map_err(|error| Failure::new(format!("the supervisor answers in riddles: {error}")))
}

/// Is the supervisor: keeps the servers up until it is told to stop.
pub(super) fn supervise(assets: &Path) -> Result<()> {
    let wrong = |error: envtest::Error| Failure::new(error.to_string());
    let plane =
        ControlPlane::start(&cache::assets_in(assets)?, &Options::default()).map_err(wrong)?;
    let path = socket()?;
    // Nobody answers there, or `up` would have asked.
    let _ = fs::remove_file(&path);
    let listener =
        UnixListener::bind(&path).map_err(|error| Failure::io("listen at", &path, &error))?;
    let up =
        Up { assets: assets.to_owned(), kubeconfig: plane.kubeconfig_path(), url: plane.url() };
    let answer = serde_json::to_vec(&up).map_err(|error| Failure::new(error.to_string()))?;
    for stream in listener.incoming() {
        let mut word = [0];
        // A client that breaks off has no say.
        let Ok(mut stream) = stream else { continue };
        if stream.read_exact(&mut word).is_err() {
            continue;
        }
        if word == [STOP] {
            let _ = fs::remove_file(&path);
            drop(plane);
            // The stream closes when all is gone: that is the answer.
            return Ok(());
        }
        let _ = stream.write_all(&answer);
    }
    Ok(())
}

/// The answer, where somebody answers.
fn ask(word: u8) -> Result<Option<Vec<u8>>> {
    let path = socket()?;
    let Ok(mut stream) = UnixStream::connect(&path) else { return Ok(None) };
    let mut answer = Vec::new();
    stream
        .write_all(&[word])
        .and_then(|()| stream.read_to_end(&mut answer))
        .map_err(|error| Failure::io("talk over", &path, &error))?;
    Ok(Some(answer))
}

fn socket() -> Result<PathBuf> {
    Ok(cache::folder()?.join("up.socket"))
}
