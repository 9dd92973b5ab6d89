//! A server on loopback that answers by the head of each request, and clients of it.

use std::error::Error;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use kube_client::config::{KubeConfigOptions, Kubeconfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use watchables::{Client, ClientError};

/// Returns the status and the body of the answer to a request.
pub(crate) type Answer = Arc<dyn Fn(&str) -> (u16, String) + Send + Sync>;

/// The address of a server, and the heads of the requests that it received.
pub(crate) struct Server {
    pub(crate) port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(
        answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(None, answer).await
    }

    pub(crate) async fn start_with(
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let (seen, answer): (_, Answer) = (heads.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, answer, tls) = (seen.clone(), answer.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &seen, &answer).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &seen, &answer).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self { port, heads }
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: &Mutex<Vec<String>>,
    answer: &Answer,
) -> Option<()> {
    let head = read_head(&mut stream).await?;
    seen.lock().unwrap().push(head.clone());
    let (status, body) = answer(&head);
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// Reads up to the empty line.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// Copies in both directions until one side ends.
pub(crate) async fn join(mut client: TcpStream, port: u16) {
    if let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

/// Connects with a kubeconfig of these lines for the cluster and the user.
pub(crate) async fn connect(
    server: &str,
    cluster: &[String],
    user: &[String],
) -> Result<Client, ClientError> {
    connect_text(&kubeconfig(server, cluster, user)).await
}

async fn connect_text(text: &str) -> Result<Client, ClientError> {
    let kubeconfig = Kubeconfig::from_yaml(text).unwrap();
    watchables::connect_with(kubeconfig, &KubeConfigOptions::default()).await
}

fn kubeconfig(server: &str, cluster: &[String], user: &[String]) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: t\n\
         contexts: [{{name: t, context: {{cluster: t, user: t}}}}]\n\
         clusters:\n- name: t\n  cluster:\n    server: {server}\n"
    );
    for line in cluster {
        writeln!(text, "    {line}").unwrap();
    }
    text += "users:\n- name: t\n  user:\n    extensions: []\n";
    for line in user {
        writeln!(text, "    {line}").unwrap();
    }
    text
}

/// Sends a request, and returns the body or the error with its causes.
pub(crate) async fn get(client: &Client) -> Result<String, String> {
    let request = http::Request::get("/version").body(Vec::new()).unwrap();
    client.request_text(request).await.map_err(|error| told(&error))
}

/// Returns an error with its causes and its `Debug` output, none of which may contain a secret.
pub(crate) fn told(error: &ClientError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        write!(text, ": {error}").unwrap();
        next = error.source();
    }
    assert!(!text.contains("SECRET"), "{text}");
    let debug = format!("{error:?}");
    assert!(!debug.contains("SECRET"), "{debug}");
    text
}

/// Returns the error of an attempt that must fail.
pub(crate) fn failure(connected: Result<Client, ClientError>) -> String {
    match connected {
        Ok(_) => panic!("connected"),
        Err(error) => told(&error),
    }
}

/// Returns the token of a request.
pub(crate) fn token(head: &str) -> Option<&str> {
    let line = head.lines().find(|line| line.to_lowercase().starts_with("authorization: "))?;
    line.split_once(": Bearer ").map(|(_, token)| token)
}

pub(crate) fn unauthorized() -> (u16, String) {
    let status = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#;
    (401, status.to_owned())
}

pub(crate) fn ok() -> (u16, String) {
    (200, "{}".to_owned())
}
