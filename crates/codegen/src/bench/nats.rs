//! A nats-server on loopback, with JetStream in memory.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use super::cargo;
use crate::error::{Failure, Result};

/// How long it may take until it takes connections.
const START: Duration = Duration::from_secs(30);

/// The process, killed on drop.
pub(super) struct Nats {
    process: Child,
    url: String,
    folder: PathBuf,
}

impl Nats {
    pub(super) fn start() -> Result<Self> {
        let folder = env::temp_dir().join(format!("watchables-bench-{}", process::id()));
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
        let port = free.map_err(|error| Failure::new(format!("no port is free: {error}")))?.port();
        let mut command = Command::new(program()?);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(&folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().map_err(|error| cargo::cannot_run(&command, &error))?;
        let server = Self { process, url: format!("nats://127.0.0.1:{port}"), folder };
        let begin = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if begin.elapsed() > START {
                return Err(Failure::new(format!("{command:?} takes no connections")));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(server)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Returns the program: the one that `NATS_SERVER` names, or the one that the tests of watch-relay have unpacked.
fn program() -> Result<PathBuf> {
    if let Some(program) = env::var_os("NATS_SERVER") {
        return Ok(program.into());
    }
    let cache =
        Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cache/watchables-engines");
    let entries = fs::read_dir(cache).into_iter().flatten().flatten().map(|entry| entry.path());
    let programs = entries.map(|folder| folder.join("usr/sbin/nats-server"));
    programs.filter(|program| program.exists()).max().ok_or_else(|| {
        Failure::new(
            "there is no nats-server; set NATS_SERVER to its path, or run `cargo test -p watch-relay --test nats`, which \
             unpacks one",
        )
    })
}
