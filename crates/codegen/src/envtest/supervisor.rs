//! The background process that keeps a control plane running between commands, controlled through a socket in
//! the cache folder.

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

/// The running control plane.
#[derive(Deserialize, Serialize)]
pub(super) struct Running {
    pub(super) assets: PathBuf,
    pub(super) kubeconfig: PathBuf,
    url: String,
}

const STATUS: u8 = b'?';
const STOP: u8 = b'!';

/// Starts the servers, unless they are running, and waits until they are ready.
pub(super) fn up(assets: &Assets) -> Result<Running> {
    // Of two concurrent calls, the second finds the servers of the first.
    let _lock = cache::lock(&cache::folder()?)?;
    if let Some(up) = running()? {
        eprintln!("already running at {}; stop it with `cargo xtask envtest down`", up.url);
        return Ok(up);
    }
    let log = cache::folder()?.join("up.log");
    let failure = |error| Failure::io("write", &log, &error);
    let out = File::create(&log).map_err(failure)?;
    let err = out.try_clone().map_err(failure)?;
    let program = std::env::current_exe().map_err(|error| {
        Failure::new(format!("cannot determine the path of this program: {error}"))
    })?;
    let mut child = Command::new(program)
        .args(["envtest", "supervise"])
        .arg(assets.folder())
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        // It must survive this command and a Ctrl-C in its terminal.
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start a supervisor: {error}")))?;
    loop {
        if let Some(up) = running()? {
            eprintln!("running at {}", up.url);
            return Ok(up);
        }
        if let Ok(Some(status)) = child.try_wait() {
            let text = fs::read_to_string(&log).unwrap_or_default();
            return Err(Failure::new(format!("the servers did not start ({status}): {text}")));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Stops the control plane and waits until it has ended.
pub(super) fn down() -> Result<()> {
    match request(STOP)? {
        Some(_) => eprintln!("stopped"),
        None => eprintln!("nothing is running"),
    }
    Ok(())
}

/// Returns the running control plane.
pub(super) fn running() -> Result<Option<Running>> {
    let Some(response) = request(STATUS)? else { return Ok(None) };
    serde_json::from_slice(&response)
        .map(Some)
        .map_err(|error| Failure::new(format!("the supervisor sent an invalid response: {error}")))
}

/// Runs the supervisor: keeps the servers running until a stop request.
pub(super) fn supervise(assets: &Path) -> Result<()> {
    let wrong = |error: envtest::Error| Failure::new(error.to_string());
    let plane =
        ControlPlane::start(&cache::assets_in(assets)?, &Options::default()).map_err(wrong)?;
    let path = socket()?;
    // No supervisor listens there: `up` has checked.
    let _ = fs::remove_file(&path);
    let listener =
        UnixListener::bind(&path).map_err(|error| Failure::io("listen at", &path, &error))?;
    let up = Running {
        assets: assets.to_owned(),
        kubeconfig: plane.kubeconfig_path(),
        url: plane.url(),
    };
    let response = serde_json::to_vec(&up).map_err(|error| Failure::new(error.to_string()))?;
    for stream in listener.incoming() {
        let mut command = [0];
        // Ignore a client that disconnects.
        let Ok(mut stream) = stream else { continue };
        if stream.read_exact(&mut command).is_err() {
            continue;
        }
        if command == [STOP] {
            let _ = fs::remove_file(&path);
            drop(plane);
            // The client waits until the stream closes, which is after all servers have ended.
            return Ok(());
        }
        let _ = stream.write_all(&response);
    }
    Ok(())
}

/// Sends a command and returns the response; `None` if no supervisor is running.
fn request(command: u8) -> Result<Option<Vec<u8>>> {
    let path = socket()?;
    let Ok(mut stream) = UnixStream::connect(&path) else { return Ok(None) };
    let mut response = Vec::new();
    stream
        .write_all(&[command])
        .and_then(|()| stream.read_to_end(&mut response))
        .map_err(|error| Failure::io("use the socket", &path, &error))?;
    Ok(Some(response))
}

fn socket() -> Result<PathBuf> {
    Ok(cache::folder()?.join("up.socket"))
}
