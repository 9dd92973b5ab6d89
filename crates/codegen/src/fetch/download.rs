//! Gets the bytes behind a URL: `http://`, `https://` or `file://`.

use std::error::Error;
use std::io::Read;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::{StatusCode, Url};

use super::progress::Progress;
use crate::error::{Failure, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a connection may be silent: it bounds each read, not the whole download.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// No spec is near this; a server that sends without end is cut off.
const MAX_BYTES: u64 = 256 << 20;

/// Gets the whole of it.
pub(crate) fn download(url: &str) -> Result<Vec<u8>> {
    let parsed = Url::parse(url).map_err(|error| bad_base(url, &error.to_string()))?;
    let mut progress = Progress::start(url);
    let bytes = match parsed.scheme() {
        "http" | "https" => over_http(url, parsed, &mut progress)?,
        "file" => from_file(url, &parsed, &mut progress)?,
        other => return Err(bad_base(url, &format!("the scheme `{other}` is not known"))),
    };
    progress.finish();
    Ok(bytes)
}

fn bad_base(url: &str, why: &str) -> Failure {
    Failure::new(format!("cannot fetch {url}: {why}"))
        .mend("give --base-url as http://, https:// or file://")
}

fn from_file(url: &str, parsed: &Url, progress: &mut Progress) -> Result<Vec<u8>> {
    let failure = |why: String| {
        Failure::new(format!("cannot read {url}: {why}"))
            .mend("the file must lie at <base>/<tag>/api/openapi-spec/swagger.json")
    };
    let path = parsed
        .to_file_path()
        .map_err(|()| failure("this is no path of a local file".to_owned()))?;
    let file = std::fs::File::open(path).map_err(|error| failure(error.to_string()))?;
    read(file, progress).map_err(|(_, error)| failure(error.to_string()))
}

fn over_http(url: &str, parsed: Url, progress: &mut Progress) -> Result<Vec<u8>> {
    let unreachable = |error: &reqwest::Error| {
        Failure::new(format!("cannot reach {url}: {}", root_cause(error)))
            .mend("check the network and proxy, or name a mirror with --base-url")
    };
    let response = client()
        .and_then(|client| client.get(parsed).send())
        .map_err(|error| unreachable(&error))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => {
            return Err(Failure::new(format!("there is no {url} (HTTP 404)"))
                .mend("check the release, or name the tag or branch with --tag"));
        }
        status => {
            return Err(Failure::new(format!("{url} answered HTTP {status}"))
                .mend("try again later, or name a mirror with --base-url"));
        }
    }
    let expected = response.content_length();
    progress.expect(expected);
    let broken_off = |received: u64, why: &str| {
        let total = expected.map_or(String::new(), |total| format!(" of {total}"));
        Failure::new(format!("{url} broke off after {received}{total} bytes: {why}"))
            .mend("fetch it again")
    };
    let bytes = read(response, progress)
        .map_err(|(received, error)| broken_off(received, &root_cause(&error).to_string()))?;
    let received = bytes.len() as u64;
    if received >= MAX_BYTES || expected.is_some_and(|expected| expected != received) {
        return Err(broken_off(received, "this is not the announced length"));
    }
    Ok(bytes)
}

fn client() -> std::result::Result<Client, reqwest::Error> {
    // Fails only where one is installed already, which will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(STALL_TIMEOUT)
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Reads to the end; an error comes with how much there was before it.
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
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err((bytes.len() as u64, error)),
        }
    }
}

/// The last in the chain: what comes before it repeats the URL.
fn root_cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}
