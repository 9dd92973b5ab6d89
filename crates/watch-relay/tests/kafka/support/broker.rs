//! A broker on loopback, which can be killed and started again.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use engines::WATCHDOG;
use tempfile::TempDir;

use crate::ports::free_port;
use crate::support::engine;

/// A broker with its data. It is killed when it is dropped.
pub(crate) struct Broker {
    folder: TempDir,
    port: u16,
    /// The port that clients are told.
    advertised: u16,
    options: Vec<String>,
    shell: Option<Child>,
}

impl Broker {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (port, options) = (free_port(), Vec::new());
        let mut broker = Self { folder, port, advertised: port, options, shell: None };
        broker.restart();
        broker
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.advertised)
    }

    pub(crate) fn url(&self) -> String {
        format!("kafka://{}", self.address())
    }

    /// Starts the broker again, with more options.
    pub(crate) fn restart_with(&mut self, options: &[&str]) {
        self.options = options.iter().map(|option| (*option).to_owned()).collect();
        self.restart();
    }

    /// Starts the broker again behind a proxy. Returns the address of the broker itself.
    pub(crate) fn restart_behind(&mut self, port: u16) -> SocketAddr {
        self.advertised = port;
        self.restart();
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Starts the broker again, with all that it has stored.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let folder = self.folder.path();
        let log = fs::File::options().create(true).append(true).open(folder.join("log"));
        let log = log.expect("the folder can be written");
        let url = format!("tcp://127.0.0.1:{}", self.port);
        let advertised = format!("tcp://{}", self.address());
        let shell = Command::new("/bin/sh")
            // The program's process has the number that is written.
            .args(["-c", WATCHDOG, "watchdog", "/bin/sh", "-c"])
            .args(["echo $$ >pid; exec \"$@\"", "broker"])
            .arg(engine::broker())
            .args(["broker", "--listener-url", &url, "--advertised-listener-url", &advertised])
            .args(["--storage-engine", "sqlite://tansu.db"])
            .args(&self.options)
            .current_dir(folder)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log)
            .process_group(0)
            .spawn();
        self.shell = Some(shell.expect("there is a shell"));
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills the broker with SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut shell) = self.shell.take() {
            drop(shell.stdin.take());
            shell.wait().expect("it ends");
        }
    }

    /// Suspends the broker's process, or resumes it: `STOP`, `CONT`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = fs::read_to_string(self.folder.path().join("pid")).expect("it has written it");
        let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.trim()).status();
        assert!(sent.expect("there is a kill").success(), "{pid}");
    }

    /// Creates a user who logs in with SCRAM-SHA-256 or SCRAM-SHA-512: `scram256`, `scram512`.
    pub(crate) fn create_user(&self, mechanism: &str, name: &str, password: &str) {
        let broker = format!("tcp://{}", self.address());
        let created = Command::new(engine::broker())
            .args(["user", "create", "--broker", &broker, "--mechanism", mechanism, name, password])
            .output()
            .expect("the program exists");
        assert!(created.status.success(), "{created:?}");
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}
