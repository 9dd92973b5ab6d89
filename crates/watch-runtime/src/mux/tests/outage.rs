//! A member whose server fails for a minute, in virtual time: the others are undisturbed, and nothing is lost.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, Uri};
use serde_json::json;
use tokio::time::{Instant, sleep_until, timeout_at};
use watch_protocol::error::Source;

use super::*;
use crate::testing::scripted_server::Pod;
use crate::transport::{Chunks, Transport};
use crate::{Cause, Phase, Watcher};

/// A server that creates an object each second, named after that second; its version is one more. During an
/// outage, in seconds, it has no connection and responds 500.
#[derive(Clone)]
struct Server {
    start: Instant,
    outage: Range<u64>,
}

impl Server {
    fn object(second: u64) -> serde_json::Value {
        let version = (second + 1).to_string();
        json!({"metadata": {"name": second.to_string(), "resourceVersion": version}})
    }

    fn list(now: u64) -> Chunks {
        let items: Vec<_> = (1..=now).map(Self::object).collect();
        let list = json!({"metadata": {"resourceVersion": (now + 1).to_string()}, "items": items});
        Box::pin(stream::once(async move { Ok(Bytes::from(list.to_string())) }))
    }

    fn watch(self, version: u64) -> Chunks {
        let seconds = stream::iter(version..).then(move |second| {
            let Self { start, outage } = self.clone();
            async move {
                sleep_until(start + Duration::from_secs(second)).await;
                if outage.contains(&second) {
                    return Err("reset by peer".into());
                }
                let event = json!({"type": "ADDED", "object": Self::object(second)});
                Ok(Bytes::from(format!("{event}\n")))
            }
        });
        Box::pin(seconds)
    }
}

impl Transport for Server {
    fn send(&self, request: Request<()>) -> BoxFuture<'static, Result<Response<Chunks>, Source>> {
        let now = self.start.elapsed().as_secs();
        let (status, body) = if self.outage.contains(&now) {
            (500, Box::pin(stream::empty()) as Chunks)
        } else if let Some(version) = version(request.uri()) {
            (200, self.clone().watch(version))
        } else {
            (200, Self::list(now))
        };
        async move { Ok(Response::builder().status(status).body(body)?) }.boxed()
    }
}

/// Returns the resource version that a watch starts after; `None` if the request is a list.
fn version(uri: &Uri) -> Option<u64> {
    let query = uri.query()?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix("resourceVersion="))?;
    Some(value.parse().expect("a version of this server"))
}

#[tokio::test(start_paused = true)]
async fn member_survives_a_minute_of_500s_and_the_others_are_undisturbed() {
    const OUTAGE: Range<u64> = 30..90;
    const SECONDS: u64 = 150;
    let start = Instant::now();
    let mux = MultiplexingWatcher::<Pod>::new();
    for (name, outage) in [("first", 0..0), ("failing", OUTAGE), ("last", 0..0)] {
        let server = Arc::new(Server { start, outage });
        mux.add_watcher_as(name, Watcher::<Pod>::with_transport(server, KIND.clone()));
    }
    let status_of_failing = || mux.status().swap_remove(1).1;
    // By member, when each object was delivered.
    let mut delivered: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
    let mut events = mux.stream(StreamOptions::managed());
    let end = start + Duration::from_secs(SECONDS) + Duration::from_millis(500);
    while let Ok(item) = timeout_at(end, events.next()).await {
        let event = item.expect("the stream goes on").expect("no member ends");
        let (now, name) = (start.elapsed().as_secs(), event.source.to_string());
        if name == "last" && (OUTAGE.start + 2..OUTAGE.end).contains(&now) {
            let interruption = status_of_failing().interruption.expect("it is interrupted");
            assert_eq!(interruption.cause, Cause::Rejected(500), "at {now} s");
            let since = Instant::from_std(interruption.since) - start;
            assert_eq!(since.as_secs(), OUTAGE.start, "at {now} s");
        }
        delivered.entry(name).or_default().push((event.obj.metadata.name.parse().unwrap(), now));
    }
    let at_once: Vec<_> = (1..=SECONDS).map(|second| (second, second)).collect();
    assert_eq!(delivered["first"], at_once);
    assert_eq!(delivered["last"], at_once);
    let failing = &delivered["failing"];
    let objects: Vec<_> = failing.iter().map(|(object, _)| *object).collect();
    assert_eq!(objects, (1..=SECONDS).collect::<Vec<_>>(), "each once and in order");
    assert!(failing.iter().all(|(_, now)| !OUTAGE.contains(now)), "{failing:?}");
    let status = status_of_failing();
    assert_eq!((status.phase, status.interruption), (Phase::Live, None));
    assert_eq!(mux.members().len(), 3);
}
