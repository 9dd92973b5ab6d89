//! One connection that is kept from request to request, and made anew when it was closed.
//!
//! A pool that several share opens another connection while one is on its way back to it. Here each queue has its own
//! and waits for it, so that there are never more connections than queues.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::sync::watch;
use tokio::time::timeout;
use tower::ServiceExt as _;

/// How long a connection is kept without a request.
const IDLE: Duration = Duration::from_secs(30);

/// An open connection. It is closed when this is dropped.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Whether it is being used, for the task that closes it otherwise.
    is_used: watch::Sender<bool>,
}

impl Connection {
    /// Sends a request over the connection that was kept, if there is one and the server has not closed it, or over a new
    /// one. The connection can be kept again once the response has been read.
    ///
    /// # Errors
    ///
    /// Fails if there is no connection, or it breaks after the request was begun: it may have arrived then.
    pub(super) async fn send(
        kept: Option<Self>,
        connector: &HttpsConnector<HttpConnector>,
        uri: &Uri,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Self, Response<Incoming>), Box<dyn Error + Send + Sync>> {
        if let Some(mut connection) = kept {
            connection.is_used.send_replace(true);
            // The previous exchange may not be over yet: waiting for its end is what saves a connection.
            if connection.sender.ready().await.is_ok() {
                match connection.sender.try_send_request(request).await {
                    Ok(response) => return Ok((connection, response)),
                    // Closed before it was sent.
                    Err(mut error) => match error.take_message() {
                        Some(unsent) => request = unsent,
                        None => return Err(error.into_error().into()),
                    },
                }
            }
        }
        let mut connection = Self::open(connector, uri).await?;
        connection.sender.ready().await?;
        let response = connection.sender.send_request(request).await?;
        Ok((connection, response))
    }

    async fn open(
        connector: &HttpsConnector<HttpConnector>,
        uri: &Uri,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let stream = connector.clone().oneshot(uri.clone()).await?;
        let (sender, connection) = handshake(stream).await?;
        let (is_used, use_of_it) = watch::channel(true);
        tokio::spawn(async move {
            tokio::select! {
                // Requests have its errors.
                _ = connection => (),
                () = unused(use_of_it) => (),
            }
        });
        Ok(Self { sender, is_used })
    }

    /// Says that no request is under way, so that the connection is closed unless there is another one in time.
    pub(super) fn rest(self) -> Self {
        self.is_used.send_replace(false);
        self
    }
}

/// Waits until a connection has had no request for some time.
async fn unused(mut is_used: watch::Receiver<bool>) {
    while is_used.wait_for(|is_used| !is_used).await.is_ok() {
        if timeout(IDLE, is_used.wait_for(|is_used| *is_used)).await.is_err() {
            return;
        }
    }
    // Nothing can send any more, so that the connection itself ends.
    std::future::pending::<()>().await;
}
