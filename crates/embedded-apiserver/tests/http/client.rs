//! A plain HTTP client: one connection per request, and watches read event by event, in JSON or protobuf.

use std::time::Duration;

use bytes::Bytes;
use embedded_apiserver::{Builder, EmbeddedServer, protobuf};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::catalog::CATALOG;

/// Longer than any response takes.
const TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

pub(crate) fn builder() -> Builder {
    EmbeddedServer::builder(CATALOG)
}

pub(crate) async fn start() -> EmbeddedServer {
    builder().start().await.unwrap()
}

pub(crate) struct Response {
    pub(crate) code: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    pub(crate) text: String,
}

impl Response {
    pub(crate) fn is_protobuf(&self) -> bool {
        self.headers["content-type"] == PROTOBUF
    }

    /// Returns the body in JSON, which it is or which its protobuf is decoded to.
    pub(crate) fn json(&self) -> Value {
        if self.is_protobuf() {
            return protobuf::decode(&self.bytes).unwrap();
        }
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Checks that the body is a complete failure `Status`, and returns its code and reason.
    pub(crate) fn rejection(&self) -> (u16, String) {
        let status = self.json();
        assert_eq!((&status["kind"], &status["status"]), (&json!("Status"), &json!("Failure")));
        assert_eq!(status["code"], self.code);
        let is_json = self.text.starts_with(r#"{"kind":"Status","#);
        assert!(is_json || self.is_protobuf(), "{}", self.text);
        (self.code, status["reason"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) async fn get(server: &EmbeddedServer, path: &str) -> Response {
    send(server, "GET", path, "").await
}

pub(crate) async fn post(server: &EmbeddedServer, path: &str, body: Value) -> Response {
    send(server, "POST", path, body.to_string()).await
}

pub(crate) async fn put(server: &EmbeddedServer, path: &str, body: Value) -> Response {
    send(server, "PUT", path, body.to_string()).await
}

pub(crate) async fn delete(server: &EmbeddedServer, path: &str) -> Response {
    send(server, "DELETE", path, "").await
}

pub(crate) async fn send(
    server: &EmbeddedServer,
    method: &str,
    path: &str,
    body: impl Into<Bytes>,
) -> Response {
    send_with(server, method, path, body, &[("content-type", "application/json")]).await
}

pub(crate) async fn send_with(
    server: &EmbeddedServer,
    method: &str,
    path: &str,
    body: impl Into<Bytes>,
    headers: &[(&str, &str)],
) -> Response {
    let exchange = async {
        let (response, connection) = open(server, method, path, body.into(), headers).await;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        connection.abort();
        Response { code: head.status.as_u16(), headers: head.headers, bytes, text }
    };
    tokio::time::timeout(TIMEOUT, exchange).await.expect("a response")
}

/// Sends a request, and returns the response while its body arrives on a connection of its own.
pub(crate) async fn open(
    server: &EmbeddedServer,
    method: &str,
    path: &str,
    body: Bytes,
    headers: &[(&str, &str)],
) -> (http::Response<Incoming>, JoinHandle<()>) {
    let url = server.url();
    let address = url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(async move { drop(connection.await) });
    let mut request = Request::builder().method(method).uri(path).header("host", address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender.send_request(request.body(Full::new(body)).unwrap()).await.unwrap();
    (response, connection)
}

/// An open watch. Dropping it closes the connection.
pub(crate) struct Watch {
    body: Incoming,
    read: Vec<u8>,
    /// Whether the events are frames of protobuf, not lines of JSON.
    is_protobuf: bool,
    connection: JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// Starts a watch, which the server must accept.
pub(crate) async fn watch(server: &EmbeddedServer, path: &str) -> Watch {
    watch_with(server, path, &[]).await
}

pub(crate) async fn watch_with(
    server: &EmbeddedServer,
    path: &str,
    headers: &[(&str, &str)],
) -> Watch {
    let opening = open(server, "GET", path, Bytes::new(), headers);
    let (response, connection) = tokio::time::timeout(TIMEOUT, opening).await.expect("a watch");
    assert_eq!(response.status().as_u16(), 200, "{path}");
    let content_type = response.headers()["content-type"].to_str().unwrap();
    let is_protobuf = content_type == format!("{PROTOBUF};stream=watch");
    assert!(is_protobuf || content_type == "application/json", "{content_type}");
    Watch { body: response.into_body(), read: Vec::new(), is_protobuf, connection }
}

/// The next part of a watch.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Line(Value),
    /// The body ended cleanly.
    End,
    /// The connection broke.
    Disconnected,
}

impl Watch {
    pub(crate) async fn next(&mut self) -> Next {
        tokio::time::timeout(TIMEOUT, self.read_line()).await.expect("a line or an end")
    }

    /// Takes an event from what has been read, if it is complete.
    fn take_event(&mut self) -> Option<Value> {
        if self.is_protobuf {
            let length = u32::from_be_bytes(*self.read.first_chunk()?);
            let end = 4 + usize::try_from(length).unwrap();
            self.read.get(..end)?;
            let frame: Vec<u8> = self.read.drain(..end).collect();
            return Some(protobuf::decode_event(&frame[4..]).unwrap());
        }
        let end = self.read.iter().position(|byte| *byte == b'\n')?;
        let line: Vec<u8> = self.read.drain(..=end).collect();
        Some(serde_json::from_slice(&line).unwrap())
    }

    async fn read_line(&mut self) -> Next {
        loop {
            if let Some(event) = self.take_event() {
                return Next::Line(event);
            }
            match self.body.frame().await {
                Some(Ok(frame)) => self.read.extend_from_slice(&frame.into_data().unwrap()),
                Some(Err(_)) => return Next::Disconnected,
                None => {
                    assert!(self.read.is_empty(), "a truncated line at the end");
                    return Next::End;
                }
            }
        }
    }

    /// Returns the next line.
    pub(crate) async fn line(&mut self) -> Value {
        match self.next().await {
            Next::Line(line) => line,
            other => panic!("expected a line, got {other:?}"),
        }
    }

    /// Returns the next event's type and its object's name.
    pub(crate) async fn next_event(&mut self) -> (String, String) {
        let line = self.line().await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&line["type"]), text(&line["object"]["metadata"]["name"]))
    }

    pub(crate) async fn expect(&mut self, kind: &str, name: &str) {
        assert_eq!(self.next_event().await, (kind.to_owned(), name.to_owned()));
    }

    /// Returns all lines up to a clean end.
    pub(crate) async fn rest(&mut self) -> Vec<Value> {
        let mut lines = Vec::new();
        loop {
            match self.next().await {
                Next::Line(line) => lines.push(line),
                Next::End => return lines,
                Next::Disconnected => panic!("the watch was disconnected"),
            }
        }
    }
}

pub(crate) fn config_map(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {"greeting": "grüß dich\n✓"},
    })
}

pub(crate) fn labelled(name: &str, app: &str) -> Value {
    let mut object = config_map("default", name);
    object["metadata"]["labels"] = json!({"app": app});
    object
}

pub(crate) fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

pub(crate) fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn version(object: &Value) -> u64 {
    object["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap()
}
