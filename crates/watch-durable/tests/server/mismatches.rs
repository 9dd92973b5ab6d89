//! A checkpoint of something else is refused, with the reason.

use kube_client::Client;
use watch_durable::{DurableError, DurableExt as _, DurableStream};
use watch_runtime::Watcher;
use watchable_core::DynamicObject;
use watchable_core::selector::ShardRange;

use crate::support::{MAPS, SECRETS, World, error, next};

fn durable(world: &World, watcher: Watcher<DynamicObject>) -> DurableStream<DynamicObject> {
    watcher.durable(&world.checkpoints(), "maps").expect("the name is free")
}

/// Returns the error of a stream that is not the checkpoint's.
async fn refused(world: &World, watcher: Watcher<DynamicObject>) -> DurableError {
    let error = error(durable(world, watcher)).await;
    assert!(error.is_mismatch(), "{error}");
    error
}

#[tokio::test]
async fn checkpoint_of_another_subject_is_refused_and_named() {
    let world = World::new().await;
    world.create("a");
    let mut process = world.process();
    process.lines(1).await;
    process.commit().await;
    drop(process);

    let maps = || Watcher::<DynamicObject>::for_resource(world.client(), MAPS);
    let secrets = Watcher::for_resource(world.client(), SECRETS);
    for (watcher, message) in [
        (secrets, "another resource: configmaps/v1, but the stream is of secrets/v1"),
        (maps().namespace("shop"), "another namespace: none, but the stream is of shop"),
        (
            maps().label_selector("app=web"),
            "another label selector: none, but the stream is of app=web",
        ),
        (
            maps().field_selector("metadata.name=a"),
            "another field selector: none, but the stream is of metadata.name=a",
        ),
        (
            maps().shard(ShardRange::of(0, 2).expect("there are two")),
            "another shard: none, but the stream is of shardRange(object.metadata.uid, \
             '0x0000000000000000', '0x8000000000000000')",
        ),
    ] {
        let error = refused(&world, watcher).await;
        assert_eq!(error.mismatch().as_deref(), Some(message));
        let error = error.to_string();
        assert!(error.contains(message), "{error}");
        assert!(error.contains("\"maps\"") && error.contains("another name"), "{error}");
    }

    let other = World::new().await;
    let elsewhere = Watcher::for_resource(other.client(), MAPS);
    let error = refused(&world, elsewhere).await.to_string();
    assert!(error.contains("another cluster"), "{error}");
    let named = durable(&world, maps()).cluster("eu");
    let error = crate::support::error(named).await.to_string();
    assert!(error.contains("but the stream is of eu"), "{error}");

    // Nothing of it has changed the checkpoint.
    let mut process = world.process();
    process.is_quiet(&world, "b").await;
}

#[tokio::test]
async fn cluster_that_may_not_be_identified_has_to_be_named() {
    let world = World::new().await;
    world.create("a");
    let client = forbidding(&world);
    let watcher = || Watcher::<DynamicObject>::for_resource(client.clone(), MAPS);
    let error = error(durable(&world, watcher())).await.to_string();
    assert!(error.contains("kube-system") && error.contains("`cluster`"), "{error}");
    let mut named = durable(&world, watcher()).cluster("eu");
    let event = next(&mut named).await;
    assert_eq!(event.id().cluster(), "eu");
    assert!(event.id().to_string().starts_with("eu/"), "{}", event.id());
}

/// Returns a client that is not allowed to get the namespace `kube-system`.
fn forbidding(world: &World) -> Client {
    let path = "/api/v1/namespaces/kube-system";
    world.server.faults().inject(embedded_apiserver::Fault::status(403).path(path));
    world.client()
}
