//! What comes again after a restart, and what does not.

use std::time::Duration;

use embedded_apiserver::Fault;
use futures::{FutureExt as _, TryStreamExt as _};
use watch_durable::Checkpoints;

use crate::support::{World, soon};

#[tokio::test]
async fn committed_events_do_not_come_again_and_others_come_with_the_same_ids() {
    let world = World::new().await;
    for name in ["a", "b", "c"] {
        world.create(name);
    }
    let mut first = world.process();
    assert_eq!(first.lines(2).await, ["ADDED Initial a", "ADDED Initial b"]);
    first.commit().await;
    let uncommitted = first.next().await.id().clone();
    drop(first);

    let mut second = world.process();
    let again = second.next().await;
    assert_eq!(again.id(), &uncommitted);
    assert_eq!(again.obj.name(), Some("c"));
    second.settle(&world).await;
    world.label("a", "1");
    world.delete("b");
    let ids = [second.next().await.id().clone(), second.next().await.id().clone()];
    drop(second);

    let mut third = world.process();
    assert_eq!([third.next().await.id().clone(), third.next().await.id().clone()], ids);
    third.commit().await;
    drop(third);
    let mut fourth = world.process();
    fourth.is_quiet(&world, "d").await;
}

#[tokio::test]
async fn what_happens_between_two_processes_is_delivered_from_the_history() {
    let world = World::new().await;
    world.create("a");
    world.create("b");
    let mut first = world.process();
    first.lines(2).await;
    first.settle(&world).await;
    drop(first);
    world.label("a", "1");
    world.label("a", "2");
    world.delete("b");
    world.create("b");
    let mut second = world.process();
    assert_eq!(
        second.lines(4).await,
        ["MODIFIED Live a", "MODIFIED Live a", "DELETED Live b", "ADDED Live b"]
    );
}

#[tokio::test]
async fn what_the_server_has_forgotten_is_found_by_comparison() {
    let world = World::new().await;
    for name in ["a", "b", "c", "d"] {
        world.create(name);
    }
    let mut first = world.process();
    first.lines(4).await;
    first.settle(&world).await;
    drop(first);
    world.label("a", "1");
    world.label("a", "2");
    world.delete("b");
    world.delete("c");
    world.create("c");
    world.create("e");
    world.server.store().compact();
    let mut second = world.process();
    let mut lines = Vec::new();
    for _ in 0..5 {
        let event = second.next().await;
        assert!(event.gap().is_some());
        lines.push(crate::support::line(&event));
    }
    lines.sort();
    assert_eq!(
        lines,
        [
            "ADDED Repair c",
            "ADDED Repair e",
            "DELETED Repair b",
            "DELETED Repair c",
            "MODIFIED Repair a",
        ]
    );
    second.commit().await;
    drop(second);
    let mut third = world.process();
    third.is_quiet(&world, "f").await;
    assert!(third.next().now_or_never().is_none());
}

#[tokio::test]
async fn commit_up_to_an_event_leaves_the_later_ones() {
    let world = World::new().await;
    let mut first = world.process();
    for name in ["a", "b", "c", "d"] {
        world.create(name);
    }
    let events = [first.next().await, first.next().await, first.next().await, first.next().await];
    soon(first.events.commit_up_to(&events[1])).await.expect("it is committed");
    soon(first.events.commit_up_to(&events[0])).await.expect("it is committed already");
    drop(first);
    let mut second = world.process();
    assert_eq!(second.next().await.id(), events[2].id());
    assert_eq!(second.next().await.id(), events[3].id());
    let foreign = soon(second.events.commit_up_to(&events[3])).await.unwrap_err();
    assert!(foreign.to_string().contains("another stream"), "{foreign}");
}

#[tokio::test]
async fn position_of_a_quiet_stream_is_written_without_a_commit() {
    let world = World::new().await;
    let mut process = world.process();
    loop {
        // No ConfigMap exists, so that no event comes.
        let next = process.events.try_next();
        assert!(tokio::time::timeout(Duration::from_millis(20), next).await.is_err());
        let summaries = Checkpoints::look_at(world.path()).expect("it is readable");
        if let [summary] = summaries.as_slice() {
            assert!(summary.has_synced && summary.resource_version.is_some());
            break;
        }
    }
}

#[tokio::test]
async fn objects_of_a_checkpoint_are_those_that_were_committed() {
    let world = World::new().await;
    let a = world.create("a");
    world.create("b");
    let mut process = world.process();
    process.lines(2).await;
    world.delete("b");
    process.lines(1).await;
    process.commit().await;
    let summaries = Checkpoints::look_at(world.path()).expect("it is readable beside the process");
    let summary = &summaries[0];
    assert_eq!((summary.name.as_str(), summary.resource.as_str()), ("maps", "configmaps/v1"));
    let [object] = summary.objects.as_slice() else { panic!("{summary:?}") };
    assert_eq!((object.namespace.as_str(), object.name.as_str()), ("default", "a"));
    assert_eq!(object.uid, a["metadata"]["uid"]);
    assert_eq!(object.resource_version.as_deref(), a["metadata"]["resourceVersion"].as_str());
}

#[tokio::test]
async fn process_that_is_started_while_the_server_is_away_waits_for_it() {
    let world = World::new().await;
    world.create("a");
    let mut process = world.process();
    process.lines(1).await;
    process.commit().await;
    drop(process);
    world.create("b");
    let away = Fault::restart(Duration::from_millis(500)).path("/api/v1/namespaces/kube-system");
    world.server.faults().inject(away.times(1));
    let mut process = world.process();
    let lines = process.lines(1).await;
    assert!(lines[0].starts_with("ADDED") && lines[0].ends_with(" b"), "{lines:?}");
}
