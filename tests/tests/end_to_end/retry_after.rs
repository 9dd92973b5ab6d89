//! 429 and 503 with Retry-After in both forms, over real HTTP.

use std::time::{Duration, Instant, SystemTime};

use futures::TryStreamExt as _;
use watchables::rel_1_37::Pod;
use watchables::{Cause, Phase, StreamOptions, Watcher, connect_to};
use watchables_tests::{Reply, ScriptedServer, config_of, event_line, soon};

#[tokio::test]
async fn retry_after_in_seconds_or_as_a_date_delays_the_retry() {
    let live = r#"{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"11"}}}"#;
    for (status, as_date) in [(429, false), (503, false), (429, true), (503, true)] {
        // An HTTP date has no fractions of a second.
        let until = SystemTime::now() + Duration::from_secs(1 + u64::from(as_date));
        let date = httpdate::fmt_http_date(until);
        let retry_after = if as_date { date.clone() } else { "1".to_owned() };
        let peer = ScriptedServer::start([
            Reply::status(status).header("retry-after", &retry_after),
            Reply::status(200).chunk(format!("{live}\n")).keep_open(),
        ])
        .await;
        // `connect_to` disables kube-client's own retries, so the response reaches the stream.
        let mut config = config_of(peer.url());
        config.default_retry = true;
        let watcher = Watcher::<Pod>::new(connect_to(config).unwrap()).resource_version(10);
        let mut status_of = watcher.status();
        let mut events = watcher.stream(StreamOptions::managed());
        let start = Instant::now();
        let waits = async {
            let backs_off = |phase: &Phase| matches!(phase, Phase::BackingOff { .. });
            let status = status_of.wait_for(|status| backs_off(&status.phase)).await.unwrap();
            status.phase
        };
        let (event, phase) = soon(async { tokio::join!(events.try_next(), waits) }).await;
        assert_eq!(
            event_line(&event.unwrap().unwrap(), |pod| pod.metadata.name.as_deref()),
            "ADDED a"
        );
        let Phase::BackingOff { cause, .. } = phase else { panic!("{phase:?}") };
        assert_eq!(cause, Cause::Rejected(status));
        // Only a lower bound: a slow machine may take longer.
        if as_date {
            assert!(SystemTime::now() >= httpdate::parse_http_date(&date).unwrap());
        } else {
            assert!(start.elapsed() >= Duration::from_secs(1));
        }
        assert_eq!(peer.requests().len(), 2);
    }
}
