//! Objects that do not decode.

use watch_store::WatcherExt as _;

use crate::support::{PODS, create, delete, ready, server, soon, version, watcher};

#[tokio::test]
async fn object_that_does_not_decode_is_listed_and_the_rest_goes_on() {
    let server = server().await;
    create(&server, "good", "n1");
    let mut bad = create(&server, "bad", "n1");
    // No Pod to this server's schema-less store minds, but our type does.
    bad["spec"]["nodeName"] = 7.into();
    let bad = server.store().update(bad).unwrap();
    let store = ready(&server).await;
    assert_eq!((store.len(), store.status().undecodable), (1, 1));
    let undecodable = store.undecodable();
    assert_eq!(undecodable[0].key.to_string(), "default/bad");
    assert!(undecodable[0].error.is_decode());
    let message = format!("{:?}", undecodable[0].error);
    assert!(message.contains("nodeName"), "{message}");

    // Once it decodes, it is an object like others.
    let mut mended = bad;
    mended["spec"]["nodeName"] = "n2".into();
    let mut mended = server.store().update(mended).unwrap();
    soon(async { store.wait_for_version(version(&mended)).await }).await.unwrap();
    assert!(store.undecodable().is_empty());
    assert_eq!(store.get("default", "bad").unwrap().node().as_deref(), Some("n2"));

    // If it no longer does, the last version that did is kept, until it is deleted.
    mended["spec"]["nodeName"] = 8.into();
    let broken = server.store().update(mended.clone()).unwrap();
    soon(async { store.wait_for_version(version(&broken)).await }).await.unwrap();
    assert_eq!(store.get("default", "bad").unwrap().version(), version(&mended));
    assert_eq!(store.undecodable().len(), 1);
    delete(&server, "bad");
    let last = version(&create(&server, "last", "n1"));
    soon(async { store.wait_for_version(last).await }).await.unwrap();
    assert!(store.undecodable().is_empty() && store.get("default", "bad").is_none());
    assert!(server.store().get(&PODS, Some("default"), "bad").is_err());
}

#[tokio::test]
async fn compact_store_tells_what_does_not_decode_when_it_comes() {
    let server = server().await;
    let mut bad = create(&server, "bad", "n1");
    bad["spec"]["nodeName"] = 7.into();
    server.store().update(bad).unwrap();
    let store = watcher(&server).store_builder().compact().build();
    soon(async { store.ready().await }).await.unwrap();
    assert_eq!((store.len(), store.undecodable().len()), (0, 1));
}
