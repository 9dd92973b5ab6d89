//! Many requests at once, in order for each object.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use watch_relay::Batch;
use watch_relay::form::Form;

use crate::server::{Reply, Server};
use crate::support::{deliver, message, with};

#[tokio::test]
async fn order_is_kept_for_each_object_over_failures() {
    const OBJECTS: usize = 40;
    let late = |at: usize| Duration::from_millis(at as u64 * 7 % 5);
    // Some requests fail, with no regard to which.
    let script = move |_: &_, at| Reply::Late(late(at), if at % 23 == 22 { 503 } else { 200 });
    let server = Server::start(script).await;
    let mut sink = with(&server, |config| config.concurrency = 8);
    let messages =
        (0..10 * OBJECTS).map(|n| message(Form::Wire, &format!("pod-{}", n % OBJECTS), n));
    let mut batch = Batch::new(messages.collect());
    let mut failures = 0;
    while deliver(&mut sink, &mut batch).await.is_err() {
        failures += 1;
    }
    assert!(failures > 0 && batch.is_done());
    let most = server.most_under_way();
    assert!((2..=8).contains(&most), "{most} at once");

    let mut last: HashMap<String, usize> = HashMap::new();
    let mut seen = HashSet::new();
    for (at, received) in server.received().iter().enumerate() {
        let event = received.json();
        let metadata = &event["object"]["metadata"];
        let name = metadata["name"].as_str().expect("a name").to_owned();
        let version =
            metadata["resourceVersion"].as_str().expect("a text").parse().expect("a number");
        if at % 23 == 22 {
            // It was not accepted: it comes again, and none of its object before it.
            continue;
        }
        let before = last.insert(name.clone(), version);
        assert!(
            before.is_none_or(|before| before + OBJECTS == version),
            "{name}: {before:?}, then {version}"
        );
        assert!(seen.insert(version), "{version} was accepted before");
    }
    assert_eq!(seen.len(), 10 * OBJECTS);
}

#[tokio::test]
async fn connections_are_kept() {
    let server = Server::answering(Vec::new()).await;
    let mut sink = with(&server, |config| config.concurrency = 4);
    for round in 0..5 {
        let messages = (0..20).map(|n| message(Form::Wire, &format!("pod-{n}"), round));
        deliver(&mut sink, &mut Batch::new(messages.collect())).await.expect("it is delivered");
    }
    let peers: HashSet<_> = server.received().iter().map(|received| received.peer).collect();
    assert!(peers.len() <= 4, "{} connections", peers.len());
}

#[tokio::test]
async fn connection_that_the_server_closes_is_replaced() {
    let close = || vec![("connection", "close".to_owned())];
    let server = Server::start(move |_, at| {
        Reply::With(200, if at % 2 == 1 { close() } else { vec![] }, String::new())
    });
    let server = server.await;
    let mut sink = with(&server, |config| config.concurrency = 1);
    for version in 0..6 {
        let mut batch = Batch::new(vec![message(Form::Wire, "pod", version)]);
        deliver(&mut sink, &mut batch).await.expect("it is delivered");
    }
    let peers: Vec<_> = server.received().iter().map(|received| received.peer).collect();
    let changes = peers.windows(2).map(|pair| pair[0] != pair[1]).collect::<Vec<_>>();
    assert_eq!(changes, [false, true, false, true, false], "{peers:?}");
}
