//! Downloads a URL: `http://`, `https://` or `file://`.

use std::error::Error;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::{StatusCode, Url};

use super::progress::Progress;
use crate::error::{Failure, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// The timeout of each read, not of the complete download.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The maximum size. No spec comes near it; it bounds a server that never stops sending.
const MAX_BYTES: u64 = 256 << 20;

/// Downloads a complete file.
pub(crate) fn download(url: &str) -> Result<Vec<u8>> {
    let parsed = parse(url)?;
    let mut progress = Progress::start(url);
    let bytes = match parsed.scheme() {
        "file" => {
            let file = open(url, &parsed)?.map_err(|error| unreadable(url, &error.to_string()))?;
            from_file(url, file, &mut progress)?
        }
        _ => over_http(url, parsed, &mut progress)?.ok_or_else(|| {
            Failure::new(format!("{url} does not exist (HTTP 404)"))
                .hint("check the release, or name the tag or branch with --tag")
        })?,
    };
    progress.finish();
    Ok(bytes)
}

/// Downloads one of many files without showing progress; `None` if there is no such file.
pub(super) fn download_if_exists(url: &str) -> Result<Option<Vec<u8>>> {
    let parsed = parse(url)?;
    let mut progress = Progress::hidden();
    match parsed.scheme() {
        "file" => match open(url, &parsed)? {
            Ok(file) => from_file(url, file, &mut progress).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(url, &error.to_string())),
        },
        _ => over_http(url, parsed, &mut progress),
    }
}

fn parse(url: &str) -> Result<Url> {
    let parsed = Url::parse(url).map_err(|error| bad_base(url, &error.to_string()))?;
    match parsed.scheme() {
        "http" | "https" | "file" => Ok(parsed),
        other => Err(bad_base(url, &format!("the scheme `{other}` is not supported"))),
    }
}

fn bad_base(url: &str, why: &str) -> Failure {
    Failure::new(format!("cannot fetch {url}: {why}"))
        .hint("give --base-url as http://, https:// or file://")
}

fn open(url: &str, parsed: &Url) -> Result<std::io::Result<File>> {
    let path = parsed
        .to_file_path()
        .map_err(|()| unreadable(url, "this is not the path of a local file"))?;
    Ok(File::open(path))
}

fn from_file(url: &str, file: File, progress: &mut Progress) -> Result<Vec<u8>> {
    read(file, progress).map_err(|(_, error)| unreadable(url, &error.to_string()))
}

fn unreadable(url: &str, why: &str) -> Failure {
    Failure::new(format!("cannot read {url}: {why}")).hint(
        "the files must be at <base>/<tag>/api/openapi-spec/swagger.json and \
         <base>/<tag>/staging/src/k8s.io/…/generated.proto",
    )
}

fn over_http(url: &str, parsed: Url, progress: &mut Progress) -> Result<Option<Vec<u8>>> {
    let unreachable = |error: &reqwest::Error| {
        Failure::new(format!("cannot reach {url}: {}", root_cause(error)))
            .hint("check the network and proxy, or name a mirror with --base-url")
    };
    let response = client()
        .and_then(|client| client.get(parsed).send())
        .map_err(|error| unreachable(&error))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => {
            return Err(Failure::new(format!("{url} returned HTTP {status}"))
                .hint("try again later, or name a mirror with --base-url"));
        }
    }
    let expected = response.content_length();
    progress.expect(expected);
    let truncated = |received: u64, why: &str| {
        let total = expected.map_or(String::new(), |total| format!(" of {total}"));
        Failure::new(format!("{url} was truncated after {received}{total} bytes: {why}"))
            .hint("fetch it again")
    };
    let bytes = read(response, progress)
        .map_err(|(received, error)| truncated(received, &root_cause(&error).to_string()))?;
    let received = bytes.len() as u64;
    if received >= MAX_BYTES || expected.is_some_and(|expected| expected != received) {
        return Err(truncated(received, "the length differs from Content-Length"));
    }
    Ok(Some(bytes))
}

/// Returns the client, which keeps connections for the next download.
fn client() -> std::result::Result<&'static Client, reqwest::Error> {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client);
    }
    // Fails only if a provider is already installed, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(READ_TIMEOUT)
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .build()?;
    Ok(CLIENT.get_or_init(|| client))
}

/// Reads to the end; an error includes the number of bytes read before it.
fn read(
    source: impl Read,
    progress: &mut Progress,
) -> std::result::Result<Vec<u8>, (u64, std::io::Error)> {
    let mut source = source.take(MAX_BYTES);
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        match source.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(n) => {
                bytes.extend_from_slice(&chunk[..n]);
                progress.received(n as u64);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err((bytes.len() as u64, error)),
        }
    }
}

/// Returns the last error in the chain: the others repeat the URL.
fn root_cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}
