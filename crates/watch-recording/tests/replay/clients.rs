//! What clients of a replay see: our watchers, and plain requests.

use embedded_apiserver::EmbeddedServer;
use serde_json::Value;
use watch_recording::EntryKind;
use watch_recording::replay::{ReplayExt as _, ReplayOptions, Replayer};
use watch_runtime::Origin;

use crate::support::{
    GATEWAYS, PODS, Script, Watched, client, day, gateway, line, list, pod, soon,
};

/// A long recording, whose events of two resources are recorded out of the order of their versions.
fn busy() -> Script {
    let mut script = Script::new("1.37");
    script.first_lists();
    let mut exists = [true, true, false, false];
    let mut random = fastrand::Rng::with_seed(7);
    for n in 0..2_000_u64 {
        let second = i64::try_from(3 + n / 100).unwrap();
        let version = 200 + 10 * n;
        if random.bool() {
            // An older version than that of the Pod before.
            script.live(second, "MODIFIED", &gateway("public", version - 15));
            continue;
        }
        let at = random.usize(..4);
        let pod = pod(["a", "b", "c", "d"][at], version);
        let etype = match (exists[at], random.u8(..4)) {
            (false, _) => "ADDED",
            (true, 0) => "DELETED",
            (true, _) => "MODIFIED",
        };
        exists[at] = etype != "DELETED";
        script.live(second, etype, &pod);
    }
    script
}

#[tokio::test]
async fn watchers_see_the_recorded_events() {
    let script = busy();
    let recording = script.write();
    let mut expected = [Vec::new(), Vec::new()];
    for entry in recording.entries() {
        let entry = entry.unwrap();
        if let EntryKind::Event { etype, object, .. } = entry.what {
            let object: Value = serde_json::from_slice(&object).unwrap();
            expected[usize::from(entry.resource == GATEWAYS)].push(line(etype.as_str(), &object));
        }
    }
    let (server, mut replayer) = EmbeddedServer::replay(recording).await.unwrap();
    let (mut pods, mut gateways) = (Watched::new(&server, PODS), Watched::new(&server, GATEWAYS));
    // The state first, so that it is not that of the end.
    let mut seen = [pods.lines(2).await, gateways.lines(1).await];
    let end = replayer.end();
    let (replayed, pods, gateways) = soon(async {
        tokio::join!(
            async {
                let mut events = 0;
                let mut time = replayer.time();
                while time < end {
                    time += jiff::SignedDuration::from_secs(1);
                    events += replayer.advance_to(time).unwrap();
                    tokio::task::yield_now().await;
                }
                events
            },
            pods.lines(expected[0].len() - 2),
            gateways.lines(expected[1].len() - 1),
        )
    })
    .await;
    assert_eq!(replayed, 2_000);
    seen[0].extend(pods);
    seen[1].extend(gateways);
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn lists_go_on_as_the_recording_does() {
    let script = day();
    let (server, mut replayer) = EmbeddedServer::replay(script.write()).await.unwrap();
    let names = |names: &[&str], version: &str| {
        (names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), version.to_owned())
    };
    assert_eq!(list(&server, "/api/v1/pods").await, names(&["a", "b"], "100"));
    let gateways = "/apis/example.com/v1/gateways";
    assert_eq!(list(&server, gateways).await, names(&["public"], "98"));
    let mut steps = Vec::new();
    while let Some(step) = replayer.step().unwrap() {
        steps.push(step.to_string());
        if step.name == "c" {
            assert_eq!(list(&server, "/api/v1/pods").await, names(&["a", "b", "c"], "107"));
        }
    }
    assert_eq!(
        steps,
        [
            "2026-01-02T00:00:10Z MODIFIED pods shop/a @105",
            "2026-01-02T00:00:20Z ADDED pods shop/c @107",
            "2026-01-02T00:00:30Z DELETED pods shop/b @110",
            "2026-01-02T00:00:40Z MODIFIED gateways.example.com public @108",
        ]
    );
    assert_eq!(list(&server, "/api/v1/pods").await, names(&["a", "c"], "120"));
    assert_eq!(list(&server, gateways).await, names(&["public"], "108"));
    assert_eq!(replayer.time(), replayer.end());
}

#[tokio::test]
async fn repair_is_delivered_in_order_with_the_deletions() {
    let mut script = Script::new("1.37");
    script.first_lists();
    script.event(10, "MODIFIED", Origin::Repair, &pod("a", 119));
    script.event(10, "ADDED", Origin::Repair, &pod("c", 105));
    script.event(10, "DELETED", Origin::Repair, &pod("b", 60));
    script.position(10, "pods/v1", 120);
    let (server, mut replayer) = EmbeddedServer::replay(script.write()).await.unwrap();
    let mut pods = Watched::new(&server, PODS);
    pods.lines(2).await;
    assert_eq!(replayer.advance_to(replayer.end()).unwrap(), 3);
    assert_eq!(
        pods.lines(3).await,
        ["ADDED c uid-of-c 105", "MODIFIED a uid-of-a 119", "DELETED b uid-of-b 120"]
    );
}

#[tokio::test]
async fn restart_rolls_the_server_back_and_watchers_repair() {
    let script = day();
    let options = ReplayOptions::new().looped(true);
    let mut replayer = Replayer::new(script.write(), options).unwrap();
    let server = replayer.server().start().await.unwrap();
    let mut pods = Watched::new(&server, PODS);
    pods.lines(2).await;
    replayer.advance_to(replayer.end()).unwrap();
    pods.lines(3).await;
    // The first event of the next pass; the state before it is found by a list.
    let step = replayer.step().unwrap().unwrap();
    assert_eq!(step.to_string(), "2026-01-02T00:00:10Z MODIFIED pods shop/a @105");
    let mut found = Vec::new();
    while !found.contains(&"DELETED c".to_owned()) {
        let event = pods.next().await;
        assert_eq!(event.origin, Origin::Repair);
        found.push(format!("{} {}", event.etype, event.obj.name().unwrap_or_default()));
    }
    // A watcher delivers again what it knows, when the server has gone back.
    found.retain(|event| !event.starts_with("MODIFIED"));
    found.sort();
    assert_eq!(found, ["ADDED b", "DELETED c"]);
    assert_eq!(list(&server, "/api/v1/pods").await.0, ["a", "b"]);
}

#[tokio::test]
async fn writes_are_refused_and_the_release_is_the_recordings() {
    let script = {
        let mut script = Script::new("1.30");
        script.first_lists();
        script
    };
    let (server, _replayer) = EmbeddedServer::replay(script.write()).await.unwrap();
    let client = client(&server);
    let delete = http::Request::delete("/api/v1/namespaces/shop/pods/a").body(Vec::new()).unwrap();
    let error = soon(client.request::<Value>(delete)).await.unwrap_err();
    assert!(error.to_string().contains("replays a recording"), "{error}");
    let version = http::Request::get("/version").body(Vec::new()).unwrap();
    let version: Value = soon(client.request(version)).await.unwrap();
    assert_eq!(version["minor"], "30");
}
