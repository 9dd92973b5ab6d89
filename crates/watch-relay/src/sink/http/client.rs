//! Sends requests, over a connection for each queue of them.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::timeout;
use watch_protocol::error::one_line;

use super::answer::{Answer, Classifier, first_words};
use super::connection::Connection;
use super::endpoint::Endpoint;
use crate::message::Payload;
use crate::sink::SinkError;
use crate::sink::tls::{Check, TlsFiles};

/// How much of an answer is read. The connection of a longer one is not kept.
const ANSWER: usize = 64 << 10;

/// Sends requests with the files of TLS as they were.
pub(super) struct Client {
    pub(super) endpoint: Arc<Endpoint>,
    connector: HttpsConnector<HttpConnector>,
    /// The connection of each queue, unless it is being used.
    connections: Vec<Mutex<Option<Connection>>>,
    /// What stands in the first line of a request.
    target: Uri,
    host: HeaderValue,
    files: Vec<Stamp>,
}

/// When a file was changed, and its length.
type Stamp = Option<(SystemTime, u64)>;

impl Client {
    /// Reads the files for TLS.
    ///
    /// # Errors
    ///
    /// Fails if one cannot be used.
    pub(super) fn new(endpoint: &Arc<Endpoint>) -> Result<Self, SinkError> {
        let files = stamps(&endpoint.tls);
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(endpoint.timeout));
        // Without TLS no certificates are needed: a container may have none.
        let check =
            if endpoint.uri.scheme_str() == Some("https") { Check::Full } else { Check::Nothing };
        let tls = endpoint.tls.client_config(check)?;
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let connector = builder.enable_http1().wrap_connector(http);
        Ok(Self {
            endpoint: Arc::clone(endpoint),
            connector,
            connections: (0..endpoint.concurrency).map(|_| Mutex::default()).collect(),
            target: target(&endpoint.uri),
            host: host(&endpoint.uri)?,
            files,
        })
    }

    /// Returns whether the files are as they were.
    pub(super) fn is_current(&self) -> bool {
        self.files == stamps(&self.endpoint.tls)
    }

    /// Posts a payload over the connection of a queue.
    pub(super) async fn post(
        &self,
        queue: usize,
        headers: &HeaderMap,
        payload: &Payload,
    ) -> Answer {
        let endpoint = &*self.endpoint;
        let failed = |text: String| SinkError::new(format!("{}: {text}", endpoint.name));
        let request = match self.request(headers, payload) {
            Ok(request) => request,
            Err(error) => return Answer::Refused(format!("it cannot be sent: {error}")),
        };
        let exchange = async {
            let kept = self.connection(queue, None);
            let sent = Connection::send(kept, &self.connector, &endpoint.uri, request).await;
            let (connection, response) = sent.map_err(|error| {
                failed(format!("it cannot be reached: {}", one_line(&*error))).with_source(error)
            })?;
            let (parts, body) = response.into_parts();
            let body = read(body).await.map_err(|error| {
                failed(format!(
                    "{}, then the answer was cut off: {}",
                    parts.status,
                    one_line(&error)
                ))
                .with_source(error)
            })?;
            self.connection(queue, Some(connection.rest()));
            Ok((parts, body))
        };
        match timeout(endpoint.timeout, exchange).await {
            Ok(Ok((parts, body))) => {
                let classifier = Classifier {
                    name: &endpoint.name,
                    max_retry_after: endpoint.max_retry_after,
                    now: SystemTime::now(),
                };
                classifier.classify(parts.status, &parts.headers, &first_words(&body))
            }
            Ok(Err(error)) => Answer::Failed(error),
            Err(_) => {
                let seconds = endpoint.timeout.as_secs();
                Answer::Failed(failed(format!("no answer within {seconds} s (`timeoutSeconds`)")))
            }
        }
    }

    /// Takes the connection of a queue, or puts it back.
    fn connection(&self, queue: usize, new: Option<Connection>) -> Option<Connection> {
        let place = self.connections.get(queue)?;
        std::mem::replace(&mut *place.lock().unwrap_or_else(PoisonError::into_inner), new)
    }

    fn request(
        &self,
        headers: &HeaderMap,
        payload: &Payload,
    ) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::post(&self.target)
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, payload.content_type)
            .header(USER_AGENT, concat!("watchables-relay/", env!("CARGO_PKG_VERSION")));
        for (name, value) in &payload.headers {
            request = request.header(*name, HeaderValue::from_str(value)?);
        }
        let mut request = request.body(Full::new(payload.body.clone()))?;
        for (name, value) in headers {
            request.headers_mut().insert(name, value.clone());
        }
        Ok(request)
    }
}

/// Returns what stands in the first line of requests to a URL.
fn target(uri: &Uri) -> Uri {
    uri.path_and_query().cloned().map(Uri::from).unwrap_or_default()
}

/// Returns the header that names the server. The port stands in it unless it is the scheme's own.
fn host(uri: &Uri) -> Result<HeaderValue, SinkError> {
    let host = uri.host().unwrap_or_default();
    let own = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let text = match uri.port_u16() {
        Some(port) if port != own => format!("{host}:{port}"),
        _ => host.to_owned(),
    };
    HeaderValue::from_str(&text)
        .map_err(|_| SinkError::new("the host of `url` of `http` is no name of a server"))
}

/// Reads an answer up to its end, so that the connection can be used again; or a part, if it is long.
async fn read(mut body: Incoming) -> Result<Bytes, hyper::Error> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > ANSWER {
            break;
        }
    }
    Ok(bytes.freeze())
}

fn stamps(tls: &TlsFiles) -> Vec<Stamp> {
    let stamp = |path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    tls.paths().map(stamp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_line_and_host_are_those_of_the_url() {
        for (url, first, header) in [
            ("http://h", "/", "h"),
            ("http://h?q=1", "/?q=1", "h"),
            ("http://h:80/a/b?q=1", "/a/b?q=1", "h"),
            ("http://h:443/a", "/a", "h:443"),
            ("https://h:443/a", "/a", "h"),
            ("https://[::1]:8443/", "/", "[::1]:8443"),
        ] {
            let uri: Uri = url.parse().expect("a URL");
            assert_eq!(target(&uri).to_string(), first, "{url}");
            assert_eq!(host(&uri).expect("a name"), header, "{url}");
        }
    }
}
