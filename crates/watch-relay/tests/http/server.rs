//! A server that answers as a test says, and notes what it received.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What a test received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Where the client sent it from: the same for requests on one connection.
    pub(crate) peer: SocketAddr,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("it is JSON")
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16),
    With(u16, Vec<(&'static str, String)>, String),
    /// After some time.
    Late(Duration, u16),
    /// None.
    Never,
    /// The connection is closed instead.
    Closed,
    /// The connection is closed in the middle of the body.
    CutOff(u16),
}

type Script = dyn Fn(&Received, usize) -> Reply + Send + Sync;

#[derive(Default)]
struct Log {
    received: Vec<Received>,
    under_way: usize,
    most_under_way: usize,
}

struct Shared {
    script: Box<Script>,
    log: Mutex<Log>,
}

/// A server on loopback. It ends when it is dropped.
pub(crate) struct Server {
    pub(crate) port: u16,
    scheme: &'static str,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server whose answers are those of the script, which is passed the number of the request, from 0 on.
    pub(crate) async fn start(
        script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(None, script).await
    }

    /// Starts a server that answers these, then 200.
    pub(crate) async fn answering(replies: Vec<Reply>) -> Self {
        Self::start(move |_, at| replies.get(at).cloned().unwrap_or(Reply::Status(200))).await
    }

    pub(crate) async fn start_with(
        tls: Option<ServerConfig>,
        script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared { script: Box::new(script), log: Mutex::default() });
        let scheme = if tls.is_some() { "https" } else { "http" };
        let acceptor = tls.map(|tls| TlsAcceptor::from(Arc::new(tls)));
        let task = tokio::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Self { port, scheme, shared, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://localhost:{}/hook", self.scheme, self.port)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.log.lock().expect("not poisoned").received.clone()
    }

    /// How many requests were under way at once, at most.
    pub(crate) fn most_under_way(&self) -> usize {
        self.shared.log.lock().expect("not poisoned").most_under_way
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else { continue };
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            match acceptor {
                // A client that does not trust the server ends the connection.
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, peer, shared).await;
                    }
                }
                None => serve(stream, peer, shared).await,
            }
        });
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    shared: Arc<Shared>,
) {
    let service = service_fn(|request| answer(request, peer, Arc::clone(&shared)));
    // Scripts cut connections off.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

type Body = BoxBody<Bytes, io::Error>;

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    shared: Arc<Shared>,
) -> Result<Response<Body>, Closed> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let received = Received { headers: parts.headers, body, peer };
    let at = {
        let mut log = shared.log.lock().expect("not poisoned");
        log.received.push(received.clone());
        log.under_way += 1;
        log.most_under_way = log.most_under_way.max(log.under_way);
        log.received.len() - 1
    };
    let reply = (shared.script)(&received, at);
    if let Reply::Late(time, _) = reply {
        tokio::time::sleep(time).await;
    }
    shared.log.lock().expect("not poisoned").under_way -= 1;
    let response = Response::builder();
    let full = |text: String| Full::new(Bytes::from(text)).map_err(never).boxed();
    let response = match reply {
        Reply::Status(status) | Reply::Late(_, status) => {
            response.status(status).body(full(String::new()))
        }
        Reply::With(status, headers, body) => {
            let with =
                |response: http::response::Builder, (name, value)| response.header(name, value);
            headers.into_iter().fold(response.status(status), with).body(full(body))
        }
        Reply::Never => std::future::pending().await,
        Reply::Closed => return Err(Closed),
        Reply::CutOff(status) => {
            let part = stream::once(async { Ok(Frame::data(Bytes::from_static(b"part"))) });
            // Not before the part was written.
            let end = stream::once(async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Err(io::Error::other("cut off"))
            });
            let body = StreamBody::new(part.chain(end)).boxed_unsync();
            let body = Body::new(SyncBody(Mutex::new(body)));
            response.status(status).header("content-length", 100).body(body)
        }
    };
    Ok(response.expect("it is valid"))
}

fn never(error: Infallible) -> io::Error {
    match error {}
}

/// A body that can be shared, though its stream cannot.
struct SyncBody(Mutex<http_body_util::combinators::UnsyncBoxBody<Bytes, io::Error>>);

impl http_body::Body for SyncBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut body = self.0.lock().expect("not poisoned");
        std::pin::Pin::new(&mut *body).poll_frame(cx)
    }
}

/// Ends a connection.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed")
    }
}

impl std::error::Error for Closed {}
