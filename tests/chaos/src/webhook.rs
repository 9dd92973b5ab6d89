//! A web server that receives events, and misbehaves when it is told to.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::plan::Manners;
use crate::stored::{self, Stored};

/// A running server. Dropping it refuses further connections.
pub(crate) struct Webhook {
    pub(crate) port: u16,
    manners: watch::Sender<Manners>,
    received: Arc<Mutex<Vec<Bytes>>>,
    task: JoinHandle<()>,
}

impl Webhook {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (manners, watched) = watch::channel(Manners::Good);
        let received = Arc::<Mutex<Vec<Bytes>>>::default();
        let shared = Arc::clone(&received);
        let task = tokio::spawn(async move {
            loop {
                let Ok((connection, _)) = listener.accept().await else { continue };
                let (received, manners) = (Arc::clone(&shared), watched.clone());
                let service = service_fn(move |request| {
                    answer(request, Arc::clone(&received), manners.clone())
                });
                // It fails when the client or a proxy closes the connection.
                tokio::spawn(
                    http1::Builder::new().serve_connection(TokioIo::new(connection), service),
                );
            }
        });
        Ok(Self { port, manners, received, task })
    }

    pub(crate) fn behave(&self, manners: Manners) {
        self.manners.send_replace(manners);
    }

    /// Returns all events that were received, as often as they were.
    pub(crate) fn events(&self) -> Result<Vec<Stored>, String> {
        let received = self.received.lock().expect("no panic").clone();
        let mut events = Vec::new();
        for body in received {
            // A single event does not end with a line break.
            events.extend(stored::lines(&[&body[..], b"\n"].concat())?);
        }
        Ok(events)
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    request: Request<Incoming>,
    received: Arc<Mutex<Vec<Bytes>>>,
    mut manners: watch::Receiver<Manners>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut response = Response::new(Empty::new());
    let Ok(body) = request.into_body().collect().await else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(response);
    };
    let at_present = *manners.borrow();
    match at_present {
        Manners::Fails => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
        Manners::Busy => {
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            response.headers_mut().insert("retry-after", "1".parse().expect("it is a value"));
        }
        Manners::Good | Manners::Silent => {
            received.lock().expect("no panic").push(body.to_bytes());
            // An error means that the server is gone.
            let _ = manners.wait_for(|manners| *manners != Manners::Silent).await;
        }
    }
    Ok(response)
}
