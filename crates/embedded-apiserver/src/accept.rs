//! The listener: it accepts connections and serves each in a task, until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::api;
use crate::context::{Context, Order};

/// More wait in the listener's queue.
const MAX_CONNECTIONS: usize = 4_096;
/// What is awaited when accepting fails, as it does when file descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(crate) async fn run(
    listener: TcpListener,
    context: Arc<Context>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    mut stop: watch::Receiver<bool>,
) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    let mut open_again = Instant::now();
    loop {
        let may_accept = connections.len() < MAX_CONNECTIONS;
        tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(_) = connections.join_next() => {}
            Some(order) = orders.recv() => match order {
                Order::Cut => connections.abort_all(),
                Order::Refuse(time) => {
                    listener = None;
                    open_again = open_again.max(Instant::now() + time);
                }
            },
            () = sleep_until(open_again), if listener.is_none() => {
                listener = TcpListener::bind(context.address).await.ok();
                open_again = Instant::now() + ACCEPT_PAUSE;
            }
            accepted = accept(listener.as_ref()), if may_accept && listener.is_some() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&context)));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Waits until the owner says stop, or is gone.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn serve(stream: TcpStream, context: Arc<Context>) {
    let _counted = context.connections.one_more();
    // Events are small and shall not wait for one another; a socket that cannot do this still works.
    let _ = stream.set_nodelay(true);
    match &context.settings.tls {
        None => speak(stream, &context).await,
        Some(tls) => {
            // One that does not get on with TLS is no error here.
            if let Ok(stream) = tls.accept(stream).await {
                speak(stream, &context).await;
            }
        }
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, context: &Arc<Context>) {
    let answer = service_fn(|request| api::answer(Arc::clone(context), request));
    // A client that goes away in the middle is no error here.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}
