//! Proxies: CONNECT, SOCKS5, and requests with whole URLs.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::certificates::Pki;
use crate::server::{Server, connect, get, join, ok, read_head};

/// A proxy on loopback, before one server. It records what it is asked for.
struct Proxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(to: u16, status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let seen = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, to, status, seen.clone()));
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    to: u16,
    status: u16,
    seen: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let mut first = [0];
    stream.peek(&mut first).await.ok()?;
    if first == [5] {
        return socks(stream, to, &seen).await;
    }
    let head = read_head(&mut stream).await?;
    seen.lock().unwrap().push(head);
    stream.write_all(format!("HTTP/1.1 {status} X\r\n\r\n").as_bytes()).await.ok()?;
    join(stream, to).await;
    Some(())
}

/// Expects a user and a password of six characters each.
async fn socks(mut stream: TcpStream, to: u16, seen: &Mutex<Vec<String>>) -> Option<()> {
    let mut methods = [0; 3];
    stream.read_exact(&mut methods).await.ok()?;
    stream.write_all(&[5, methods[2]]).await.ok()?;
    let mut user = [0; 15];
    if methods[2] == 2 {
        stream.read_exact(&mut user).await.ok()?;
        stream.write_all(&[1, 0]).await.ok()?;
    }
    let mut request = [0; 5];
    stream.read_exact(&mut request).await.ok()?;
    assert_eq!(request[3], 3, "a name, not an address");
    let mut name = vec![0; usize::from(request[4]) + 2];
    stream.read_exact(&mut name).await.ok()?;
    let (low, high) = (name.pop()?, name.pop()?);
    let port = u16::from_be_bytes([high, low]);
    let text = format!(
        "{}:{port} {}",
        String::from_utf8_lossy(&name),
        String::from_utf8_lossy(&user[2..])
    );
    seen.lock().unwrap().push(text);
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.ok()?;
    join(stream, to).await;
    Some(())
}

fn proxy_url(url: &str) -> Vec<String> {
    vec![format!("proxy-url: {url}")]
}

#[tokio::test]
async fn tunnel_is_opened_with_user_and_password() {
    let pki = Pki::new();
    let server = Server::start_with(Some(pki.server(false)), |_| ok()).await;
    let proxy = Proxy::start(server.port, 200).await;
    let url = format!("proxy-url: http://user:SECRET%401@127.0.0.1:{}", proxy.port);
    let client = connect("https://kube.test:6443", &[url, pki.ca_line()], &[]).await.unwrap();
    assert_eq!(get(&client).await.unwrap(), "{}");
    let asked = proxy.asked().concat();
    assert!(asked.starts_with("CONNECT kube.test:6443 HTTP/1.1"), "{asked}");
    assert!(asked.contains("Basic dXNlcjpTRUNSRVRAMQ=="), "{asked}");
    assert!(!server.heads().concat().to_lowercase().contains("proxy-authorization"));
}

#[tokio::test]
async fn requests_to_plain_servers_are_sent_to_the_proxy() {
    let proxy = Server::start(|_| ok()).await;
    let url = proxy_url(&format!("http://user:SECRET@127.0.0.1:{}", proxy.port));
    let client = connect("http://kube.test", &url, &[]).await.unwrap();
    assert_eq!(get(&client).await.unwrap(), "{}");
    let head = proxy.heads().concat();
    assert!(head.starts_with("GET http://kube.test/version HTTP/1.1"), "{head}");
    assert!(head.contains("Basic dXNlcjpTRUNSRVQ="), "{head}");
}

#[tokio::test]
async fn socks5_is_given_the_name() {
    let server = Server::start(|_| ok()).await;
    let proxy = Proxy::start(server.port, 200).await;
    for (scheme, user, seen) in [
        ("socks5", "user22:SECRET@", "kube.test:80 user22\u{6}SECRET"),
        ("socks5h", "", "kube.test:80 \0\0\0\0\0\0\0\0\0\0\0\0\0"),
    ] {
        let url = proxy_url(&format!("{scheme}://{user}127.0.0.1:{}", proxy.port));
        let client = connect("http://kube.test", &url, &[]).await.unwrap();
        assert_eq!(get(&client).await.unwrap(), "{}");
        assert_eq!(proxy.asked().pop().unwrap(), seen);
    }
}

#[tokio::test]
async fn proxy_that_refuses_is_named_without_its_password() {
    let proxy = Proxy::start(1, 407).await;
    let address = format!("127.0.0.1:{}", proxy.port);
    let url = proxy_url(&format!("http://user:SECRET@{address}"));
    let client = connect("https://kube.test", &url, &[]).await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.contains(&format!("the proxy http://{address}")), "{error}");
    assert!(error.contains("authorization required"), "{error}");
}

#[tokio::test]
async fn proxy_that_is_away_is_named_without_its_password() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "socks5"] {
        let url = proxy_url(&format!("{scheme}://user:SECRET@{address}"));
        for server in ["https://kube.test", "http://kube.test"] {
            let client = connect(server, &url, &[]).await.unwrap();
            let error = get(&client).await.unwrap_err();
            assert!(error.contains(&format!("the proxy {scheme}://{address}")), "{error}");
            assert!(error.contains("refused"), "{error}");
        }
    }
}

#[tokio::test]
async fn empty_proxy_url_counts_as_absent() {
    let server = Server::start(|_| ok()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let client = connect(&url, &proxy_url("\"\""), &[]).await.unwrap();
    assert_eq!(get(&client).await.unwrap(), "{}");
}
