//! Tests of `envtest install` with a loopback server and archives laid out as the published ones.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256, Sha512};
use support::{Outcome, Repository};

const INDEX: &str = "/envtest-releases.yaml";

/// A mirror that records its requests.
struct Mirror {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Mirror {
    /// Serves files by path until the test process ends.
    fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    if stream.read_until(b'\n', &mut head).unwrap() == 0 {
                        break;
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = match files.get(&path) {
                    Some(body) => ("200 OK", body.as_slice()),
                    None => ("404 Not Found", b"".as_slice()),
                };
                log.lock().unwrap().push(path);
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                // The client may have disconnected, which the test detects.
                let _ = stream.get_mut().write_all(&[head.as_bytes(), body].concat());
            }
        });
        Self { base, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn machine() -> String {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{}-{architecture}", std::env::consts::OS)
}

fn file_name(version: &str) -> String {
    format!("envtest-{version}-{}.tar.gz", machine())
}

/// Returns an archive whose programs print their name and version.
fn archive(version: &str, programs: &[&str]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for program in programs {
        let text = format!("#!/bin/sh\necho {program} {version}\n");
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o755);
        let path = format!("controller-tools/envtest/{program}");
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn complete(version: &str) -> Vec<u8> {
    archive(version, &["etcd", "kube-apiserver", "kubectl"])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns an index as controller-tools writes it.
fn index(entries: &[(&str, String, String)]) -> Vec<u8> {
    let mut text = "releases:\n".to_owned();
    for (version, hash, link) in entries {
        let _ = write!(
            text,
            "  {version}:\n    envtest-{version}-plan9-mips.tar.gz:\n      hash: 00\n      selfLink: \
             https://example.invalid/x\n    {}:\n      hash: {hash}\n      selfLink: {link}\n",
            file_name(version)
        );
    }
    text.into_bytes()
}

/// Returns a mirror of some versions with correct checksums.
fn mirror(versions: &[&str]) -> Mirror {
    let mut files = BTreeMap::new();
    let mut entries = Vec::new();
    for version in versions {
        let path = format!("/download/{}", file_name(version));
        let bytes = complete(version);
        entries.push((*version, hex(&Sha512::digest(&bytes)), path.clone()));
        files.insert(path, bytes);
    }
    files.insert(INDEX.to_owned(), index(&entries));
    Mirror::new(files)
}

/// Returns a mirror of v1.36.0 with one archive and one checksum.
fn single(bytes: Vec<u8>, hash: String) -> Mirror {
    let path = format!("/download/{}", file_name("v1.36.0"));
    let index = index(&[("v1.36.0", hash, path.clone())]);
    Mirror::new(BTreeMap::from([(INDEX.to_owned(), index), (path, bytes)]))
}

fn install(repository: &Repository, base: &str, more: &[&str]) -> Outcome {
    run(repository, &[&["install", "--source", "published", "--base-url", base], more].concat())
}

fn run(repository: &Repository, args: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_watchables-codegen"))
        .current_dir(repository.path(""))
        .arg("envtest")
        .args(args)
        .env("XDG_CACHE_HOME", repository.path("cache"))
        .env_remove("KUBEBUILDER_ASSETS")
        .env("NO_PROXY", "*")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn program_output(folder: &str, program: &str) -> String {
    let output = Command::new(Path::new(folder).join(program)).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn cached(repository: &Repository) -> Vec<String> {
    let folder = fs::read_dir(repository.path("cache/watchables-envtest")).unwrap();
    folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('v') || name.starts_with("partial"))
        .collect()
}

#[test]
fn version_is_downloaded_once_and_runs() {
    let repository = Repository::new();
    let mirror = mirror(&["v1.35.1", "v1.36.0", "v1.36.2"]);
    let outcome = install(&repository, &mirror.base, &["--version", "1.36"]);
    outcome.succeeded();
    let folder = outcome.stdout.trim();
    for program in ["etcd", "kube-apiserver", "kubectl"] {
        assert_eq!(program_output(folder, program), format!("{program} v1.36.2\n"));
    }
    let asked = [INDEX.to_owned(), format!("/download/{}", file_name("v1.36.2"))];
    assert_eq!(mirror.requests(), asked);

    // Cached programs are used without a server.
    let again = run(&repository, &["install"]);
    again.succeeded();
    assert_eq!(again.stdout.trim(), folder);
    let env = run(&repository, &["env"]);
    env.succeeded();
    assert_eq!(env.stdout.trim(), format!("export KUBEBUILDER_ASSETS='{folder}'"));
    assert_eq!(mirror.requests(), asked);
}

#[test]
fn default_version_is_the_newest_with_generated_types() {
    let repository = Repository::new();
    repository.fetch_text(support::SMALL).succeeded(); // 1.99
    let mirror = mirror(&["v1.9.0", "v1.99.3", "v1.99.12", "v1.100.0", "v1.99.13-rc.1"]);
    let outcome = install(&repository, &mirror.base, &[]);
    outcome.succeeded();
    assert_eq!(program_output(outcome.stdout.trim(), "etcd"), "etcd v1.99.12\n");
}

#[test]
fn sha256_checksum_is_accepted() {
    let repository = Repository::new();
    let bytes = complete("v1.36.0");
    let hash = hex(&Sha256::digest(&bytes));
    install(&repository, &single(bytes, hash).base, &[]).succeeded();
}

#[test]
fn wrong_checksum_is_rejected_and_leaves_nothing() {
    let repository = Repository::new();
    let mirror = single(complete("v1.36.0"), hex(&Sha512::digest(b"another archive")));
    let outcome = install(&repository, &mirror.base, &[]);
    outcome.failed_with(&[&file_name("v1.36.0"), "has the sha512", "but the index says"]);
    assert_eq!(cached(&repository), [""; 0]);
}

#[test]
fn incomplete_archive_is_rejected_and_leaves_nothing() {
    let repository = Repository::new();
    let bytes = archive("v1.36.0", &["etcd", "kubectl"]);
    let hash = hex(&Sha512::digest(&bytes));
    let outcome = install(&repository, &single(bytes, hash).base, &[]);
    outcome.failed_with(&["has no kube-apiserver"]);
    assert_eq!(cached(&repository), [""; 0]);
}

#[test]
fn missing_version_is_reported() {
    let repository = Repository::new();
    let mirror = mirror(&["v1.36.0"]);
    let outcome = install(&repository, &mirror.base, &["--version", "1.35"]);
    outcome.failed_with(&[&mirror.base, "has no 1.35 for"]);
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = install(&repository, &format!("http://{unused}"), &[]);
    outcome.failed_with(&["cannot reach", INDEX]);
    let broken = Mirror::new(BTreeMap::from([(INDEX.to_owned(), b"releases: [".to_vec())]));
    install(&repository, &broken.base, &[]).failed_with(&[INDEX, "is not an index"]);
    run(&repository, &["env"]).failed_with(&["cargo xtask envtest install"]);
}

#[test]
fn debian_source_rejects_other_versions() {
    let repository = Repository::new();
    let outcome = run(&repository, &["install", "--source", "debian", "--version", "1.36"]);
    outcome.failed_with(&["Debian has kube-apiserver 1.20.2, not 1.36"]);
}

#[test]
fn down_without_servers_says_so() {
    let repository = Repository::new();
    let outcome = run(&repository, &["down"]);
    outcome.succeeded();
    assert!(outcome.stderr.contains("nothing is running"), "{}", outcome.stderr);
}
