//! Compression by the embedded server, as Kubernetes compresses: lists, and since 1.37 streamed ones.

use std::sync::{Arc, Mutex};

use embedded_apiserver::EmbeddedServer;
use futures::{StreamExt as _, TryStreamExt as _};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use kube_client::client::{Body, ClientBuilder, DynBody};
use serde_json::json;
use tower::util::MapResponseLayer;
use tower_http::decompression::DecompressionLayer;
use watchables::rel_1_37::{CATALOG, Pod};
use watchables::{Client, InitialList, StreamOptions, Watcher};
use watchables_tests::{config_of, event_line, pod, soon};

const PODS: usize = 40;
const GZIP: Option<&str> = Some("gzip");

async fn server(release: &str) -> EmbeddedServer {
    let server = EmbeddedServer::builder(CATALOG).release(release).start().await.unwrap();
    for n in 0..PODS {
        let mut pod = pod("default", &format!("p{n:02}"));
        pod["metadata"]["annotations"] = json!({"text": "x".repeat(8_000)});
        server.store().create(pod).unwrap();
    }
    server
}

/// The `Content-Encoding` of each response, as it arrived.
#[derive(Clone, Default)]
struct Encodings(Arc<Mutex<Vec<Option<String>>>>);

impl Encodings {
    fn record(&self, response: &Response<Box<DynBody>>) {
        let encoding = response.headers().get(CONTENT_ENCODING);
        self.0.lock().unwrap().push(encoding.map(|value| value.to_str().unwrap().to_owned()));
    }

    fn take(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Creates a client, with the layer of kube's feature `gzip` if it decodes by itself.
fn client(server: &EmbeddedServer, decodes: bool) -> (Client, Encodings) {
    let encodings = Encodings::default();
    let recorded = encodings.clone();
    let builder = ClientBuilder::try_from(config_of(&server.url())).unwrap().with_layer(
        &MapResponseLayer::new(move |response: Response<Box<DynBody>>| {
            recorded.record(&response);
            response
        }),
    );
    let client = if decodes {
        builder.with_layer(&DecompressionLayer::new().gzip(true)).build()
    } else {
        builder.build()
    };
    (client, encodings)
}

/// Watches until every pod has been delivered, and then three changes.
async fn expect_all(server: &EmbeddedServer, watcher: Watcher<Pod>) {
    let mut events = watcher.stream(StreamOptions::managed());
    let mut next = async || {
        let event = soon(events.try_next()).await.unwrap().unwrap();
        event_line(&event, |pod| pod.metadata.name.as_deref())
    };
    for n in 0..PODS {
        assert_eq!(next().await, format!("ADDED p{n:02}"));
    }
    for name in ["a", "b", "c"] {
        server.store().create(pod("default", name)).unwrap();
        assert_eq!(next().await, format!("ADDED {name}"));
    }
    for name in ["a", "b", "c"] {
        server.store().delete(watcher.resource(), Some("default"), name).unwrap();
        // A pod first gets a deletion timestamp.
        assert_eq!(next().await, format!("MODIFIED {name}"));
        assert_eq!(next().await, format!("DELETED {name}"));
    }
}

#[tokio::test]
async fn watchers_read_what_servers_of_each_release_compress() {
    for (release, streamed) in [("1.36", None), ("1.37", GZIP)] {
        for (decodes, compression) in [(false, false), (true, false), (false, true)] {
            let server = server(release).await;
            for (initial_list, mut expected) in [
                // The list is large; the watch after it starts from a version.
                (InitialList::Paged, vec![GZIP, None]),
                (InitialList::Streaming, vec![streamed]),
            ] {
                let (client, encodings) = client(&server, decodes);
                let watcher =
                    Watcher::new(client).initial_list(initial_list).compression(compression);
                expect_all(&server, watcher).await;
                if !compression {
                    expected.fill(None);
                }
                let encodings = encodings.take();
                let seen: Vec<_> = encodings.iter().map(Option::as_deref).collect();
                assert_eq!(seen, expected, "{release} {initial_list:?}: no request is repeated");
            }
        }
    }
}

/// Why requests of watchers do not leave the encoding to the client.
#[tokio::test]
async fn layer_of_kubes_gzip_feature_decodes_one_event_of_a_streamed_list() {
    let server = server("1.37").await;
    let (client, encodings) = client(&server, true);
    let path = "/api/v1/pods?watch=true&allowWatchBookmarks=true";
    let request = Request::get(path).body(Body::empty()).unwrap();
    let mut chunks = soon(client.send(request)).await.unwrap().into_body().into_data_stream();
    assert_eq!(encodings.take(), [Some("gzip".to_owned())]);
    let mut text = Vec::new();
    while let Ok(chunk) = soon(chunks.next()).await.expect("more, or an error") {
        text.extend_from_slice(&chunk);
    }
    assert_eq!(String::from_utf8(text).unwrap().lines().count(), 1);

    let identity = Request::get(format!("{path}&timeoutSeconds=1"))
        .header(ACCEPT_ENCODING, "identity")
        .body(Body::empty())
        .unwrap();
    let body = soon(client.send(identity)).await.unwrap().into_body();
    let text = soon(body.collect()).await.unwrap().to_bytes();
    assert!(str::from_utf8(&text).unwrap().lines().count() > PODS);
}
