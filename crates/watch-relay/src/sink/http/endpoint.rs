//! Where requests go: the URL, and the headers that each of them has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use secrecy::{ExposeSecret as _, SecretString};

use super::config::HttpConfig;
use crate::sink::tls::TlsFiles;
use crate::sink::{SinkError, secret_file};

/// More connections to one server than this are a mistake.
const MAX_CONCURRENCY: u32 = 1_000;

/// A URL and settings that were checked. It has no `Debug`, as it contains secrets.
pub(super) struct Endpoint {
    pub(super) uri: Uri,
    /// The URL without its query.
    pub(super) name: String,
    pub(super) tls: TlsFiles,
    pub(super) batch_size: usize,
    pub(super) batch_bytes: usize,
    pub(super) concurrency: usize,
    pub(super) timeout: Duration,
    pub(super) max_retry_after: Duration,
    headers: HeaderMap,
    header_files: Vec<(HeaderName, PathBuf)>,
    token_file: Option<PathBuf>,
}

impl Endpoint {
    /// Checks a configuration.
    ///
    /// # Errors
    ///
    /// Fails if it is invalid. The message names the key, and no secret.
    pub(super) fn new(config: &HttpConfig) -> Result<Self, SinkError> {
        let uri: Uri = config.url.expose_secret().parse().map_err(|_| invalid("url"))?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        if !is_http || uri.host().is_none_or(str::is_empty) {
            return Err(SinkError::new(
                "the `url` of `http` does not begin with `http://HOST` or `https://HOST`",
            ));
        }
        let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
        if authority.contains('@') {
            return Err(SinkError::new(
                "the `url` of `http` has a user: send it as a header, with `headers` or `headerFiles`",
            ));
        }
        let scheme = uri.scheme_str().unwrap_or_default();
        let name = format!("{scheme}://{authority}{}", uri.path());
        for (key, value, most) in [
            ("batchSize", config.batch_size, u32::MAX),
            ("batchBytes", config.batch_bytes, u32::MAX),
            ("concurrency", config.concurrency, MAX_CONCURRENCY),
            ("timeoutSeconds", config.timeout_seconds, u32::MAX),
        ] {
            if !(1..=most).contains(&value) {
                let text = format!("`{key}` of `http` must be from 1 to {most}");
                return Err(SinkError::new(text));
            }
        }
        let header_files =
            config.header_files.iter().map(|(name, path)| Ok((header_name(name)?, path.clone())));
        let header_files = header_files.collect::<Result<Vec<_>, SinkError>>()?;
        let headers = plain_headers(&config.headers)?;
        let has_authorization = headers.contains_key(AUTHORIZATION)
            || header_files.iter().any(|(name, _)| name == AUTHORIZATION);
        if has_authorization && config.bearer_token_file.is_some() {
            return Err(SinkError::new(
                "`http` has a `bearerTokenFile` and a header `authorization`: remove one",
            ));
        }
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Ok(Self {
            uri,
            name,
            tls: config.tls.clone(),
            batch_size: config.batch_size as usize,
            batch_bytes: config.batch_bytes as usize,
            concurrency: config.concurrency as usize,
            timeout: seconds(config.timeout_seconds),
            max_retry_after: seconds(config.max_retry_after_seconds),
            headers,
            header_files,
            token_file: config.bearer_token_file.clone(),
        })
    }

    /// Returns the headers of all requests. Files are read now.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read.
    pub(super) fn headers(&self) -> Result<HeaderMap, SinkError> {
        let mut headers = self.headers.clone();
        for (name, path) in &self.header_files {
            headers.insert(
                name,
                secret(secret_file::read(path)?.trim()).ok_or_else(|| no_header(path))?,
            );
        }
        if let Some(path) = &self.token_file {
            let token = format!("Bearer {}", secret_file::read(path)?.trim());
            headers.insert(AUTHORIZATION, secret(&token).ok_or_else(|| no_header(path))?);
        }
        Ok(headers)
    }
}

fn plain_headers(headers: &BTreeMap<String, SecretString>) -> Result<HeaderMap, SinkError> {
    let headers = headers.iter().map(|(name, value)| {
        let key = header_name(name)?;
        let value =
            secret(value.expose_secret()).ok_or_else(|| invalid(&format!("headers: {name}")))?;
        Ok((key, value))
    });
    headers.collect()
}

fn header_name(name: &str) -> Result<HeaderName, SinkError> {
    let parsed: HeaderName = name
        .parse()
        .map_err(|_| SinkError::new(format!("`http`: {name:?} is no name of a header")))?;
    let ours = ["content-type", "content-length", "transfer-encoding", "host"];
    if ours.contains(&parsed.as_str()) || parsed.as_str().starts_with("ce-") {
        return Err(SinkError::new(format!("`http`: the header {name} is set by the sink")));
    }
    Ok(parsed)
}

fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn no_header(path: &Path) -> SinkError {
    SinkError::new(format!("{} has characters that a header cannot have", path.display()))
}

fn invalid(key: &str) -> SinkError {
    SinkError::new(format!("`{key}` of `http` is invalid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_has_no_query() {
        let endpoint = Endpoint::new(&HttpConfig::new("https://h:8/a/b?key=hunter2")).ok();
        assert_eq!(endpoint.map(|endpoint| endpoint.name).as_deref(), Some("https://h:8/a/b"));
    }

    #[test]
    fn invalid_configuration_is_named_without_its_secrets() {
        let mut cases = Vec::new();
        for (url, part) in [
            ("ftp://hunter2", "http://HOST"),
            ("https://u:hunter2@h/", "has a user"),
            ("https://h/ hunter2", "`url`"),
            ("/hunter2", "http://HOST"),
        ] {
            cases.push((HttpConfig::new(url), part));
        }
        let with = |change: fn(&mut HttpConfig)| {
            let mut config = HttpConfig::new("http://h/");
            change(&mut config);
            config
        };
        let hunter = || SecretString::from("hunter2\n");
        cases.extend([
            (with(|config| config.batch_size = 0), "`batchSize`"),
            (with(|config| config.timeout_seconds = 0), "`timeoutSeconds`"),
            (
                with(|config| config.concurrency = 1_001),
                "`concurrency` of `http` must be from 1 to 1000",
            ),
            (with(|config| drop(config.headers.insert("a b".into(), "hunter2".into()))), "\"a b\""),
            (
                with(|config| drop(config.header_files.insert("Host".into(), "f".into()))),
                "by the sink",
            ),
            (with(|config| drop(config.headers.insert("ce-id".into(), "f".into()))), "by the sink"),
            (
                with(|config| {
                    config.bearer_token_file = Some("f".into());
                    config.headers.insert("Authorization".into(), "hunter2".into());
                }),
                "remove one",
            ),
        ]);
        let mut config = HttpConfig::new("http://h/");
        config.headers.insert("x-key".into(), hunter());
        cases.push((config, "headers: x-key"));
        for (config, part) in cases {
            let error = Endpoint::new(&config).err().expect("it is invalid");
            let text = format!("{error} {error:?} {config:?}");
            assert!(text.contains(part) && !text.contains("hunter2"), "{text}");
        }
    }
}
