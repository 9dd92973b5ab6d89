//! The listener: it accepts connections and serves each in a task of its own.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::listener_handle::ListenerCommand;
use super::tls::Tls;
use crate::support::counter::Counter;
use crate::support::stop::stopped;

type BoxError = Box<dyn Error + Send + Sync>;

/// Further connections wait in the socket's queue.
const MAX_CONNECTIONS: usize = 4_096;
/// The pause after a failed accept, such as when file descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listener, its settings and its handler.
pub(crate) struct Listener<H> {
    pub(crate) socket: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<Arc<Tls>>,
    /// The connections that are open now.
    pub(crate) connections: Counter,
    pub(crate) commands: mpsc::UnboundedReceiver<ListenerCommand>,
    /// The handler of requests.
    pub(crate) handler: H,
}

impl<H, R, B> Listener<H>
where
    H: Fn(Request<Incoming>) -> R + Clone + Send + 'static,
    R: Future<Output = Result<Response<B>, B::Error>> + Send,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    /// Serves connections until the server is stopped, and closes them then.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut socket = Some(self.socket);
        let mut connections = JoinSet::new();
        let mut open_again = Instant::now();
        loop {
            let may_accept = connections.len() < MAX_CONNECTIONS;
            tokio::select! {
                biased;
                () = stopped(&mut stop) => break,
                Some(_) = connections.join_next() => {}
                Some(command) = self.commands.recv() => match command {
                    ListenerCommand::DisconnectAll => connections.abort_all(),
                    ListenerCommand::RefuseConnections(time) => {
                        socket = None;
                        open_again = open_again.max(Instant::now() + time);
                    }
                },
                () = sleep_until(open_again), if socket.is_none() => {
                    socket = TcpListener::bind(self.address).await.ok();
                    open_again = Instant::now() + ACCEPT_PAUSE;
                }
                accepted = accept(socket.as_ref()), if may_accept && socket.is_some() => match accepted {
                    Ok((stream, _)) => {
                        let counter = self.connections.clone();
                        let (tls, handler) = (self.tls.clone(), self.handler.clone());
                        connections.spawn(async move {
                            let _counted = counter.one_more();
                            serve(stream, tls.as_deref(), handler).await;
                        });
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
            }
        }
        drop(socket);
        connections.shutdown().await;
    }
}

async fn accept(socket: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match socket {
        Some(socket) => socket.accept().await,
        None => std::future::pending().await,
    }
}

async fn serve<H, R, B>(stream: TcpStream, tls: Option<&Tls>, handler: H)
where
    H: Fn(Request<Incoming>) -> R,
    R: Future<Output = Result<Response<B>, B::Error>>,
    B: Body<Error: Into<BoxError>> + 'static,
{
    // Events are small and must not wait for one another. A socket without this option still works.
    let _ = stream.set_nodelay(true);
    match tls {
        None => serve_http(stream, handler).await,
        Some(tls) => {
            // A failed handshake is no error of the server.
            if let Ok(stream) = tls.accept(stream).await {
                serve_http(stream, handler).await;
            }
        }
    }
}

async fn serve_http<H, R, B>(stream: impl AsyncRead + AsyncWrite + Unpin, handler: H)
where
    H: Fn(Request<Incoming>) -> R,
    R: Future<Output = Result<Response<B>, B::Error>>,
    B: Body<Error: Into<BoxError>> + 'static,
{
    // A client that disconnects is no error here.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service_fn(handler))
        .await;
}
