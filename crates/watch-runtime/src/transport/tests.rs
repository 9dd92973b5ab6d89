//! A server that compresses as Kubernetes 1.37 does, and clients with and without kube's feature `gzip`.

use std::convert::Infallible;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures::StreamExt as _;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{Full, StreamBody};
use kube_client::Client;
use tower::{Layer as _, service_fn};
use tower_http::decompression::DecompressionLayer;
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use super::*;
use crate::{InitialList, StreamOptions, WatchError, Watcher};

type ResponseBody = UnsyncBoxBody<Bytes, Infallible>;

const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

fn gzip(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().into()
}

fn object(name: &str, version: u32) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"{name}","resourceVersion":"{version}"}}}}"#)
}

/// Answers a list with an object, and a watch with three events, which stays open. Both are compressed if
/// the request accepts it, or always; each event is a member of its own.
fn respond(request: &Request<Body>, always: bool) -> Response<ResponseBody> {
    let accepted = request.headers().get(ACCEPT_ENCODING);
    let accepts_gzip = accepted.is_some_and(|accepted| accepted.to_str().unwrap().contains("gzip"));
    let compresses = accepts_gzip || always;
    let text = |text: String| if compresses { gzip(&text) } else { text.into() };
    let response = if compresses {
        Response::builder().header(CONTENT_ENCODING, "gzip")
    } else {
        Response::builder()
    };
    if !request.uri().query().is_some_and(|query| query.contains("watch=true")) {
        let item = object("a", 3);
        let list = format!(r#"{{"metadata":{{"resourceVersion":"5"}},"items":[{item}]}}"#);
        return response.body(Full::new(text(list)).boxed_unsync()).unwrap();
    }
    let events = [("b", 6), ("c", 7), ("d", 8)].map(|(name, version)| {
        let event = format!(r#"{{"type":"ADDED","object":{}}}"#, object(name, version));
        Ok::<_, Infallible>(Frame::data(text(event + "\n")))
    });
    let frames = stream::iter(events).chain(stream::pending());
    response.body(StreamBody::new(frames).boxed_unsync()).unwrap()
}

fn server(
    always: bool,
) -> impl tower::Service<
    Request<Body>,
    Response = Response<ResponseBody>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone
+ Send
+ 'static {
    service_fn(move |request: Request<Body>| std::future::ready(Ok(respond(&request, always))))
}

fn plain_client(always: bool) -> Client {
    Client::new(server(always), "default")
}

/// With the layer that kube's feature `gzip` adds.
fn decompressing_client() -> Client {
    Client::new(DecompressionLayer::new().gzip(true).layer(server(false)), "default")
}

async fn delivered(client: Client, compression: bool) -> Vec<Result<String, WatchError>> {
    let watcher = Watcher::<DynamicObject>::for_resource(client, PODS)
        .initial_list(InitialList::Paged)
        .compression(compression);
    let events = watcher.stream(StreamOptions::managed()).take(4);
    let names = events.map(|event| Ok(event?.obj.name().unwrap().to_owned())).collect();
    tokio::time::timeout(std::time::Duration::from_mins(10), names).await.unwrap()
}

async fn names(client: Client, compression: bool) -> Vec<String> {
    delivered(client, compression).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(start_paused = true)]
async fn client_that_decodes_gzip_reads_every_event() {
    let start = tokio::time::Instant::now();
    assert_eq!(names(decompressing_client(), false).await, ["a", "b", "c", "d"]);
    assert_eq!(start.elapsed().as_secs(), 0, "in one watch");
}

#[tokio::test(start_paused = true)]
async fn compressed_list_and_watch_deliver_each_event_as_it_arrives() {
    for compression in [true, false] {
        let start = tokio::time::Instant::now();
        assert_eq!(names(plain_client(false), compression).await, ["a", "b", "c", "d"]);
        assert_eq!(start.elapsed().as_secs(), 0, "in one watch");
    }
}

#[tokio::test(start_paused = true)]
async fn encoding_that_was_not_requested_is_named() {
    let mut items = delivered(plain_client(true), false).await;
    let error = items.pop().unwrap().unwrap_err();
    assert!(items.is_empty());
    assert_eq!(
        error.to_string(),
        "listing pods/v1: the API server's response cannot be read; check for a proxy in between"
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the response has Content-Encoding \"gzip\", which was not requested");
}
