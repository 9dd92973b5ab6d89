//! The listener of probes and metrics: `/healthz`, `/readyz` and `/metrics`.

mod metrics;
mod probes;

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::config::ConfigError;
use crate::monitor::Monitor;

/// Further connections wait in the socket's queue.
const MAX_CONNECTIONS: usize = 64;
/// How long a client may take for the head of a request, or leave its connection idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause after a failed accept, such as when file descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const METRICS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// A socket that answers probes and hands out metrics, over HTTP/1.1.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Takes an address. Requests wait until [`serve`](Self::serve) runs.
    ///
    /// # Errors
    ///
    /// Names the address if it is in use, or not one of this machine.
    pub async fn bind(address: SocketAddr) -> Result<Self, ConfigError> {
        let fault =
            |error| ConfigError::new(format!("listen: cannot listen on {address}: {error}"));
        let socket = TcpListener::bind(address).await.map_err(fault)?;
        let address = socket.local_addr().map_err(fault)?;
        Ok(Self { socket, address })
    }

    /// Returns the address, with the port that was chosen if it was bound to port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the future is dropped, which closes all connections. `monitor` is that of the
    /// [relay](crate::Relay::monitor).
    pub async fn serve(self, monitor: Monitor) {
        let mut connections = JoinSet::new();
        loop {
            let may_accept = connections.len() < MAX_CONNECTIONS;
            tokio::select! {
                Some(_) = connections.join_next() => {}
                accepted = self.socket.accept(), if may_accept => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(serve(stream, monitor.clone()));
                    }
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
            }
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("address", &self.address).finish_non_exhaustive()
    }
}

async fn serve(stream: TcpStream, monitor: Monitor) {
    let handler = service_fn(move |request: Request<_>| {
        let response = respond(request.method(), request.uri().path(), &monitor);
        std::future::ready(Ok::<_, Infallible>(response))
    });
    // A client that disconnects is no error here.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), handler)
        .await;
}

fn respond(method: &Method, path: &str, monitor: &Monitor) -> Response<Full<Bytes>> {
    if !matches!(path, "/healthz" | "/readyz" | "/metrics") {
        let text = "not found; there are /healthz, /readyz and /metrics\n";
        return response(StatusCode::NOT_FOUND, TEXT, text.to_owned());
    }
    if method != Method::GET && method != Method::HEAD {
        let text = "only GET and HEAD are allowed\n".to_owned();
        let mut response = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, text);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let faults = match path {
        "/metrics" => return response(StatusCode::OK, METRICS, metrics::render(monitor)),
        "/healthz" => probes::unhealthy(&monitor.instances(), monitor.unhealthy_after()),
        _ => probes::unready(&monitor.instances()),
    };
    if faults.is_empty() {
        response(StatusCode::OK, TEXT, "ok\n".to_owned())
    } else {
        response(StatusCode::SERVICE_UNAVAILABLE, TEXT, faults.join("\n") + "\n")
    }
}

fn response(code: StatusCode, content_type: HeaderValue, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
