//! Sends requests over connections that are kept.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use watch_protocol::error::one_line;

use super::answer::{Answer, Classifier, first_words};
use super::endpoint::Endpoint;
use crate::message::Payload;
use crate::sink::SinkError;
use crate::sink::tls::{Check, TlsFiles};

/// How much of an answer is read. The connection of a longer one is not kept.
const ANSWER: usize = 64 << 10;

/// How long a connection is kept without a request.
const IDLE: Duration = Duration::from_secs(30);

/// Sends requests with the files of TLS as they were.
pub(super) struct Client {
    pub(super) endpoint: Arc<Endpoint>,
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
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
        let pool = Pool::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(endpoint.concurrency)
            .build(connector);
        Ok(Self { endpoint: Arc::clone(endpoint), pool, files })
    }

    /// Returns whether the files are as they were.
    pub(super) fn is_current(&self) -> bool {
        self.files == stamps(&self.endpoint.tls)
    }

    /// Posts a payload.
    pub(super) async fn post(&self, headers: &HeaderMap, payload: &Payload) -> Answer {
        let endpoint = &*self.endpoint;
        let failed = |text: String| SinkError::new(format!("{}: {text}", endpoint.name));
        let request = match request(endpoint, headers, payload) {
            Ok(request) => request,
            Err(error) => return Answer::Refused(format!("it cannot be sent: {error}")),
        };
        let exchange = async {
            let response = self.pool.request(request).await.map_err(|error| {
                failed(format!("it cannot be reached: {}", one_line(&error))).with_source(error)
            })?;
            let (parts, body) = response.into_parts();
            let body = read(Response::new(body)).await.map_err(|error| {
                failed(format!(
                    "{}, then the answer was cut off: {}",
                    parts.status,
                    one_line(&error)
                ))
                .with_source(error)
            })?;
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
}

fn request(
    endpoint: &Endpoint,
    headers: &HeaderMap,
    payload: &Payload,
) -> Result<Request<Full<Bytes>>, http::Error> {
    let mut request = Request::post(&endpoint.uri)
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

/// Reads an answer up to its end, so that the connection can be used again; or a part, if it is long.
async fn read(response: Response<Incoming>) -> Result<Bytes, hyper::Error> {
    let mut body = response.into_body();
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
