//! A nats-server on loopback, which can be killed and started again.

mod program;

use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use tempfile::TempDir;

use crate::free_port;
use crate::watchdog::WATCHDOG;

/// A server. It is killed when it is dropped.
pub struct Server {
    folder: TempDir,
    port: u16,
    shell: Option<Child>,
}

impl Server {
    /// Starts a server with JetStream.
    pub fn start() -> Self {
        Self::with("")
    }

    /// Starts a server with JetStream, and more in its configuration.
    pub fn with(configuration: &str) -> Self {
        Self::configured(&format!("jetstream {{}}\n{configuration}"))
    }

    /// Starts a server with this configuration.
    pub fn configured(configuration: &str) -> Self {
        let mut server = Self::prepare(configuration, free_port());
        server.restart();
        server
    }

    fn prepare(configuration: &str, port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("nats.conf"), configuration)
            .expect("the folder can be written");
        Self { folder, port, shell: None }
    }

    /// Returns its port on 127.0.0.1. A restart keeps it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its address, such as `nats://127.0.0.1:21000`. A restart keeps it.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Returns the folder with its configuration and all that it stores.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills the server with SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut shell) = self.shell.take() {
            drop(shell.stdin.take());
            shell.wait().expect("it ends");
        }
    }

    /// Starts the server again, with all that it has stored.
    pub fn restart(&mut self) {
        self.begin();
        self.wait();
    }

    fn wait(&self) {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn begin(&mut self) {
        self.kill();
        let folder = self.folder.path();
        let log = fs::File::options().create(true).append(true).open(folder.join("log"));
        let log = log.expect("the folder can be written");
        let shell = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(program::program())
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string()])
            .arg("-P")
            .arg(folder.join("pid"))
            .arg("-sd")
            .arg(folder.join("data"))
            .arg("-c")
            .arg(folder.join("nats.conf"))
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log)
            .process_group(0)
            .spawn();
        self.shell = Some(shell.expect("there is a shell"));
    }

    /// Suspends the server's process, or resumes it: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let pid = fs::read_to_string(self.folder.path().join("pid")).expect("it has written it");
        let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.trim()).status();
        assert!(sent.expect("there is a kill").success(), "{pid}");
    }

    /// Returns what it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Three servers that keep replicas of each other's streams.
pub struct Cluster(
    /// The servers.
    pub Vec<Server>,
);

impl Cluster {
    /// Starts three, and waits until they accept connections.
    pub fn start() -> Self {
        let routes: Vec<_> = (0..3).map(|_| free_port()).collect();
        let all = routes.iter().map(|port| format!("nats://127.0.0.1:{port}"));
        let all = all.collect::<Vec<_>>().join(", ");
        let mut servers: Vec<_> = routes
            .iter()
            .enumerate()
            .map(|(at, route)| {
                let configuration = format!(
                    "server_name: s{at}\njetstream {{}}\n\
                     cluster {{ name: c, listen: \"127.0.0.1:{route}\", routes: [{all}] }}"
                );
                Server::prepare(&configuration, free_port())
            })
            .collect();
        servers.iter_mut().for_each(Server::begin);
        servers.iter().for_each(Server::wait);
        Self(servers)
    }

    /// Returns the addresses of all three, with commas between them.
    pub fn url(&self) -> String {
        self.0.iter().map(Server::url).collect::<Vec<_>>().join(",")
    }
}
