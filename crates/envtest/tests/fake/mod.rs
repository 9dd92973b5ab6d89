//! Fake etcd and kube-apiserver: the test binary itself, which serves the requests sent during startup.

// Each test file uses only some of this module.
#![allow(dead_code, unreachable_pub)]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// Which of the two programs a process is, and its arguments, one per line.
const NAME: &str = "ENVTEST_FAKE";
const ARGUMENTS: &str = "ENVTEST_FAKE_ARGUMENTS";
/// The directory of the programs and of the files they write.
const FOLDER: &str = "ENVTEST_FAKE_FOLDER";

/// A directory with both programs. Each test file has a test `fake` that calls [`serve_if_requested`].
pub struct FakePrograms(TempDir);

impl FakePrograms {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (test, location) = (std::env::current_exe().unwrap(), folder.path().display());
        for name in ["etcd", "kube-apiserver"] {
            let script = format!(
                "#!/bin/sh\n{ARGUMENTS}=$(printf '%s\\n' \"$@\")\nexport {ARGUMENTS}\n\
                 export {NAME}={name} {FOLDER}='{location}'\n\
                 exec '{}' --exact fake --nocapture\n",
                test.display()
            );
            let path = folder.path().join(name);
            fs::write(&path, script).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self(folder)
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Makes kube-apiserver print this message and exit when it starts.
    pub fn fail_apiserver_start(&self, message: &str) {
        fs::write(self.folder().join("startup-error"), message).unwrap();
    }

    /// Returns the requests that etcd received.
    pub fn etcd_requests(&self) -> String {
        fs::read_to_string(self.folder().join("etcd.requests")).unwrap()
    }

    /// Returns the /proc directory of each process started as `name` (`etcd` or `kube-apiserver`), in order.
    pub fn started(&self, name: &str) -> Vec<PathBuf> {
        let pids = fs::read_to_string(self.folder().join(format!("{name}.pids")));
        pids.unwrap_or_default().lines().map(|pid| Path::new("/proc").join(pid)).collect()
    }

    /// Returns the /proc directories of all processes that are still running.
    pub fn running(&self) -> Vec<PathBuf> {
        let all = ["etcd", "kube-apiserver"].map(|name| self.started(name)).concat();
        all.into_iter().filter(|entry| entry.exists()).collect()
    }
}

/// Waits up to a minute for a condition.
#[track_caller]
pub fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_mins(1), "timed out waiting for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Serves as etcd or kube-apiserver, and never returns, if a fake program's script started this process.
pub fn serve_if_requested() {
    let Ok(name) = std::env::var(NAME) else { return };
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    append(&folder.join(format!("{name}.pids")), &format!("{}\n", std::process::id()));
    if name == "etcd" { etcd(&folder) } else { apiserver(&folder) }
}

fn etcd(folder: &Path) {
    append(&PathBuf::from(argument("data-dir")), "started\n");
    let address = argument("listen-client-urls").replace("http://", "");
    for stream in TcpListener::bind(address).unwrap().incoming() {
        let mut stream = stream.unwrap();
        if let Some(request) = read_request(&mut stream) {
            append(&folder.join("etcd.requests"), &request);
            respond(&mut stream, r#"{"header":{"revision":"17"}}"#);
        }
    }
}

fn apiserver(folder: &Path) {
    if let Ok(message) = fs::read_to_string(folder.join("startup-error")) {
        eprintln!("{message}");
        std::process::exit(3);
    }
    let certificates =
        CertificateDer::pem_file_iter(argument("tls-cert-file")).unwrap().map(Result::unwrap);
    let key = PrivateKeyDer::from_pem_file(argument("tls-private-key-file")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates.collect(), key)
        .unwrap();
    let config = Arc::new(config);
    let port: u16 = argument("secure-port").parse().unwrap();
    for stream in TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = StreamOwned::new(connection, stream.unwrap());
        if let Some(request) = read_request(&mut stream) {
            respond(&mut stream, if request.starts_with("GET /readyz ") { "ok" } else { "{}" });
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    }
}

/// Reads the head and the body of a request. Returns `None` if the client disconnects.
fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        if reader.read_line(&mut text).ok()? == 0 {
            return None;
        }
    }
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(text + &String::from_utf8_lossy(&body))
}

fn respond(stream: &mut impl Write, body: &str) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    let text = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    // The client may be gone.
    let _ = stream.write_all(text.as_bytes());
}

fn argument(name: &str) -> String {
    let arguments = std::env::var(ARGUMENTS).unwrap();
    let start = format!("--{name}=");
    let value = arguments.lines().find_map(|argument| argument.strip_prefix(&start));
    value.unwrap_or_else(|| panic!("{start} is not among {arguments}")).to_owned()
}

fn append(path: &Path, text: &str) {
    let mut file = File::options().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
