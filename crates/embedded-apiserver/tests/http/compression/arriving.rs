//! A compressed body that is read as it arrives.

use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use bytes::Bytes;
use embedded_apiserver::EmbeddedServer;
use flate2::bufread::{GzDecoder, MultiGzDecoder};
use http::HeaderMap;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::GZIP;
use crate::client::open;

/// A body that is read as it arrives.
pub(super) struct Arriving {
    body: Incoming,
    pub(super) headers: HeaderMap,
    read: Vec<u8>,
    connection: JoinHandle<()>,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Arriving {
    pub(super) async fn open(server: &EmbeddedServer, path: &str) -> Self {
        let (response, connection) = open(server, "GET", path, Bytes::new(), GZIP).await;
        let (head, body) = response.into_parts();
        assert_eq!(head.status.as_u16(), 200, "{path}");
        Self { body, headers: head.headers, read: Vec::new(), connection }
    }

    /// Reads until a member is complete, and returns its text.
    pub(super) async fn member(&mut self) -> String {
        loop {
            let mut decoder = GzDecoder::new(&self.read[..]);
            let mut text = String::new();
            match decoder.read_to_string(&mut text) {
                Ok(_) => {
                    self.read = decoder.into_inner().to_vec();
                    return text;
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::UnexpectedEof),
            }
            let frame = tokio::time::timeout(Duration::from_secs(30), self.body.frame()).await;
            let frame = frame.expect("a member").expect("more of the body").unwrap();
            self.read.extend_from_slice(&frame.into_data().unwrap());
        }
    }

    async fn event(&mut self) -> (String, String) {
        let text = self.member().await;
        assert_eq!(text.find('\n'), Some(text.len() - 1), "an event a member: {text}");
        let event: Value = serde_json::from_str(&text).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        (text(&event["type"]), text(&event["object"]["metadata"]["name"]))
    }

    pub(super) async fn expect(&mut self, kind: &str, name: &str) {
        assert_eq!(self.event().await, (kind.to_owned(), name.to_owned()));
    }

    /// Reads to a broken end; returns the text that arrived.
    pub(super) async fn until_disconnected(mut self) -> String {
        while let Ok(frame) = self.body.frame().await.expect("no clean end") {
            self.read.extend_from_slice(&frame.into_data().unwrap());
        }
        self.unfinished()
    }

    /// Returns the text of what is left, whose last member must be unfinished.
    pub(super) fn unfinished(&self) -> String {
        let mut text = Vec::new();
        let error = MultiGzDecoder::new(&self.read[..]).read_to_end(&mut text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        String::from_utf8(text).unwrap()
    }

    /// Returns whether nothing has arrived after the last member.
    pub(super) fn has_read_all(&self) -> bool {
        self.read.is_empty()
    }

    pub(super) async fn expect_end(&mut self) {
        assert!(self.has_read_all() && self.body.frame().await.is_none(), "a clean end");
    }
}
