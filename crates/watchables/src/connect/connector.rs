//! Opens connections to a server: directly, or through a proxy.

use std::future::ready;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use rustls::ClientConfig;
use tower::{Service, ServiceExt as _, service_fn};

use super::error::AccessError;
use super::proxy::{Protocol, Proxy, port_of};
use super::tunnel;

/// Opens connections without TLS to the server, if need be through a proxy.
#[derive(Clone)]
pub(super) struct Connector {
    /// Its `https` is for proxies that are spoken to over TLS.
    http: HttpsConnector<HttpConnector>,
    proxy: Option<Proxy>,
}

impl Connector {
    pub(super) fn new(proxy: Option<Proxy>, tls: ClientConfig) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        Self { http: builder.enable_http1().wrap_connector(http), proxy }
    }
}

impl Service<Uri> for Connector {
    type Response = Link;
    type Error = AccessError;
    type Future = BoxFuture<'static, Result<Link, AccessError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), AccessError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let Self { http, proxy } = self.clone();
        async move {
            let Some(proxy) = proxy else {
                // TLS is the caller's part.
                let server = without_tls(&server).unwrap_or(server);
                let address = server.authority().map_or_else(String::new, ToString::to_string);
                return match http.oneshot(server).await {
                    Ok(stream) => Ok(Link::new(stream, false)),
                    Err(error) => {
                        Err(AccessError::caused(format!("cannot connect to {address}"), error))
                    }
                };
            };
            through(&proxy, http, server).await
        }
        .boxed()
    }
}

async fn through(
    proxy: &Proxy,
    http: HttpsConnector<HttpConnector>,
    server: Uri,
) -> Result<Link, AccessError> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
        AccessError::caused(format!("cannot connect through the proxy {proxy}"), source)
    };
    let is_tls = server.scheme_str() == Some("https");
    match proxy.protocol {
        Protocol::Http if is_tls => {
            let stream = http.oneshot(proxy.address.clone()).await.map_err(failed)?;
            let address = format!("{}:{}", server.host().unwrap_or_default(), port_of(&server));
            let stream = tunnel::open(stream, &address, proxy.authorization().as_ref()).await;
            Ok(Link::new(stream.map_err(|error| failed(error.into()))?, false))
        }
        // The requests are sent to the proxy, with whole URLs.
        Protocol::Http => {
            Ok(Link::new(http.oneshot(proxy.address.clone()).await.map_err(failed)?, true))
        }
        Protocol::Socks5 => {
            let address = without_tls(&proxy.address).map_err(|error| failed(error.into()))?;
            // Opened before, since SocksV5's error leaves out why that failed.
            let mut opened = Some(http.oneshot(address.clone()).await.map_err(failed)?);
            let opened = service_fn(move |_| ready(opened.take().ok_or(ErrorKind::NotConnected)));
            let mut socks = SocksV5::new(address, opened);
            if let Some((name, password)) = proxy.user() {
                socks = socks.with_auth(name.to_owned(), password.to_owned());
            }
            let server = with_port(&server).map_err(|error| failed(error.into()))?;
            let stream = socks.oneshot(server).await;
            let stream = stream.map_err(|error| failed(error.to_string().into()))?;
            Ok(Link::new(stream, false))
        }
    }
}

/// Returns the URL of the same address with the scheme `http`.
fn without_tls(uri: &Uri) -> Result<Uri, http::Error> {
    let authority = with_port(uri)?.authority().map_or_else(String::new, ToString::to_string);
    Uri::builder().scheme("http").authority(authority).path_and_query("/").build()
}

/// Returns the URL with its port, also where it is the default of the scheme.
fn with_port(uri: &Uri) -> Result<Uri, http::Error> {
    let authority = format!("{}:{}", uri.host().unwrap_or_default(), port_of(uri));
    let scheme = uri.scheme_str().unwrap_or("http");
    Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build()
}

/// A connection without TLS of its own, or of the proxy's.
pub(super) struct Link {
    stream: Box<dyn Stream>,
    /// Whether requests on it are sent with the whole URL, to a proxy.
    to_proxy: bool,
}

trait Stream: Read + Write + Connection + Send + Unpin {}

impl<T: Read + Write + Connection + Send + Unpin> Stream for T {}

impl Link {
    fn new(stream: impl Stream + 'static, to_proxy: bool) -> Self {
        Self { stream: Box::new(stream), to_proxy }
    }
}

impl Connection for Link {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.to_proxy)
    }
}

impl Read for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_read(cx, buf)
    }
}

impl Write for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write_vectored(cx, bufs)
    }
}
