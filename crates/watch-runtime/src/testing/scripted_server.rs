//! A server that plays back scripted responses, and a type to watch on it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Response;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde::Deserialize;
use watch_protocol::error::Source;
use watch_protocol::{InitialList, WatchEvent};
use watchable_core::{
    Listed, NamespacedWatch, Resource, ResourceInfo, Scope, WatchItem, WatchTarget, Watched,
};

use crate::transport::{Chunks, Transport};
use crate::watcher::Watcher;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pod {
    pub(crate) kind: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Metadata {
    pub(crate) name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Spec {
    pub(crate) ports: Vec<u16>,
}

impl Resource for Pod {
    const RESOURCE: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
}

impl WatchItem for Pod {
    fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        self.kind.get_or_insert_with(|| resource.kind().to_owned());
    }
}

impl WatchTarget for Pod {
    type Item = Self;
}

impl Listed for Pod {
    type Kind = Self;
}

impl Watched for Pod {
    fn resource() -> ResourceInfo {
        Self::RESOURCE
    }
}

impl NamespacedWatch for Pod {}

/// A server that returns its responses in order; further requests never get a response.
#[derive(Default)]
pub(crate) struct ScriptedServer {
    responses: Mutex<VecDeque<ScriptedResponse>>,
    pub(crate) requests: Mutex<Vec<String>>,
    /// What the requests accept.
    pub(crate) accepts: Mutex<Vec<String>>,
    /// The number of response bodies not dropped yet.
    pub(crate) open_bodies: Arc<AtomicUsize>,
}

#[derive(Default)]
pub(crate) struct ScriptedResponse {
    pub(crate) status: u16,
    /// None if it is empty.
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<Chunk>,
}

/// A part of a scripted body.
pub(crate) enum Chunk {
    Text(String),
    Bytes(Vec<u8>),
    /// Waits before the next part.
    Pause(Duration),
    /// Breaks the connection.
    Disconnect,
    /// Sends nothing more but keeps the connection open.
    Hang,
}

impl ScriptedServer {
    pub(crate) fn new(responses: Vec<ScriptedResponse>) -> Self {
        Self { responses: Mutex::new(responses.into()), ..Self::default() }
    }
}

impl Transport for ScriptedServer {
    fn send(
        &self,
        request: http::Request<()>,
    ) -> BoxFuture<'static, Result<Response<Chunks>, Source>> {
        self.requests.lock().unwrap().push(request.uri().to_string());
        let accept = String::from_utf8_lossy(request.headers()[ACCEPT].as_bytes()).into_owned();
        self.accepts.lock().unwrap().push(accept);
        let Some(response) = self.responses.lock().unwrap().pop_front() else {
            return futures::future::pending().boxed();
        };
        let count = BodyCount::new(&self.open_bodies);
        let body = futures::stream::unfold(
            (response.body.into_iter(), count),
            async |(mut chunks, count)| {
                loop {
                    match chunks.next()? {
                        Chunk::Text(text) => return Some((Ok(Bytes::from(text)), (chunks, count))),
                        Chunk::Bytes(bytes) => {
                            return Some((Ok(Bytes::from(bytes)), (chunks, count)));
                        }
                        Chunk::Pause(time) => tokio::time::sleep(time).await,
                        Chunk::Disconnect => {
                            return Some((Err("reset by peer".into()), (chunks, count)));
                        }
                        Chunk::Hang => futures::future::pending().await,
                    }
                }
            },
        );
        let mut head = Response::builder().status(response.status);
        if !response.content_type.is_empty() {
            head = head.header(CONTENT_TYPE, response.content_type);
        }
        let response = head.body(Box::pin(body) as Chunks);
        async { Ok(response?) }.boxed()
    }
}

/// Counts an open body until it is dropped.
struct BodyCount(Arc<AtomicUsize>);

impl BodyCount {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for BodyCount {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Returns one line of a watch.
pub(crate) fn event(etype: &str, name: &str, version: u32) -> Chunk {
    let version = version.to_string();
    let object = serde_json::json!({"metadata": {"name": name, "resourceVersion": version}});
    Chunk::Text(format!("{}\n", serde_json::json!({"type": etype, "object": object})))
}

/// Returns a response with a complete list.
pub(crate) fn list(version: &str, names: &[&str]) -> ScriptedResponse {
    let items: Vec<_> =
        names.iter().map(|name| serde_json::json!({"metadata": {"name": name}})).collect();
    let list = serde_json::json!({"metadata": {"resourceVersion": version}, "items": items});
    ok(vec![Chunk::Text(list.to_string())])
}

pub(crate) fn ok(body: Vec<Chunk>) -> ScriptedResponse {
    ScriptedResponse { status: 200, body, ..ScriptedResponse::default() }
}

/// Returns a watcher of Pods with paged lists, and its server.
pub(crate) fn watcher(responses: Vec<ScriptedResponse>) -> (Watcher<Pod>, Arc<ScriptedServer>) {
    let server = Arc::new(ScriptedServer::new(responses));
    let watcher = Watcher::with_transport(Arc::clone(&server) as _, Pod::RESOURCE);
    (watcher.initial_list(InitialList::Paged), server)
}

pub(crate) fn summary(event: &WatchEvent<Pod>) -> String {
    format!("{} {}", event.etype, event.obj.metadata.name)
}
