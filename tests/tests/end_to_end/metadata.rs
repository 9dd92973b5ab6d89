//! Watching metadata only.

use futures::TryStreamExt as _;
use serde_json::json;
use watchables::rel_1_37::v1::{Node, Pod, PodList};
use watchables::{
    DynamicObject, InitialList, Meta, Origin, Resource as _, StreamOptions, Watcher, find, rel_1_37,
};

use crate::support::{Reply, ScriptedServer, client, client_of, pod, server, soon};

#[tokio::test]
async fn metadata_is_watched_live_and_after_a_gap() {
    for how in [InitialList::Streaming, InitialList::Paged] {
        let server = server().await;
        let mut web = server.store().create(pod("default", "web")).unwrap();
        server.store().create(pod("kube-system", "db")).unwrap();
        let watcher =
            Watcher::<Meta<Pod>>::new(client(&server)).namespace("default").initial_list(how);
        let mut events = watcher.stream(StreamOptions::managed());
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!((event.etype.as_str(), event.origin), ("ADDED", Origin::Initial));
        let meta = event.obj;
        assert_eq!((meta.kind.as_deref(), meta.api_version.as_deref()), (Some("Pod"), Some("v1")));
        assert_eq!(meta.metadata.name.as_deref(), Some("web"));
        assert_eq!(meta.metadata.labels["app"], "web");
        assert_eq!(meta.metadata.uid.as_deref(), web["metadata"]["uid"].as_str());
        assert!(meta.metadata.creation_timestamp.is_some());

        web["metadata"]["labels"]["app"] = "new".into();
        server.store().update(web).unwrap();
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!((event.etype.as_str(), &*event.obj.metadata.labels["app"]), ("MODIFIED", "new"));
        assert_eq!(event.obj.kind.as_deref(), Some("Pod"));

        watcher.stop();
        server.store().delete(&Pod::RESOURCE, Some("default"), "web").unwrap();
        server.store().compact();
        let mut events = watcher.stream(StreamOptions::managed());
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!((event.etype.as_str(), event.origin), ("DELETED", Origin::Repair));
        assert_eq!(event.obj.metadata.name.as_deref(), Some("web"));
    }
}

#[tokio::test]
async fn metadata_of_list_types_cluster_scoped_and_dynamic_kinds_is_watched() {
    let server = server().await;
    server.store().create(pod("default", "web")).unwrap();
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}});
    server.store().create(node).unwrap();
    let managed = StreamOptions::managed;

    let pods = Watcher::<Meta<PodList>>::new(client(&server)).namespace("default");
    let event = soon(pods.stream(managed()).try_next()).await.unwrap().unwrap();
    let meta: Meta<Pod> = event.obj;
    assert_eq!(meta.metadata.name.as_deref(), Some("web"));

    let nodes = Watcher::<Meta<Node>>::new(client(&server));
    let event = soon(nodes.stream(managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("n"));

    let resource = find(rel_1_37::CATALOG, "po").unwrap().resource.clone();
    let dynamic = Watcher::<Meta<DynamicObject>>::for_resource(client(&server), resource);
    let event = soon(dynamic.namespace("default").stream(managed()).try_next()).await;
    let meta = event.unwrap().unwrap().obj;
    assert_eq!((meta.kind.as_deref(), meta.metadata.name.as_deref()), (Some("Pod"), Some("web")));
}

/// The responses of kube-apiserver 1.36, shortened.
#[tokio::test]
async fn partial_object_metadata_is_requested_and_decoded() {
    let partial = json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "7"},
    });
    let list = json!({
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": "7"},
        "items": [partial],
    });
    let bookmark = json!({"type": "BOOKMARK", "object": {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": "9", "creationTimestamp": null},
    }});
    let deleted = json!({"type": "DELETED", "object": partial});
    let server = ScriptedServer::start([
        Reply::status(200).chunk(list.to_string()),
        Reply::status(200).chunk(format!("{bookmark}\n{deleted}\n")).keep_open(),
    ])
    .await;
    let watcher =
        Watcher::<Meta<Pod>>::new(client_of(server.url())).initial_list(InitialList::Paged);
    let mut events = watcher.stream(StreamOptions::managed());
    for etype in ["ADDED", "DELETED"] {
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!((event.etype.as_str(), event.obj.kind.as_deref()), (etype, Some("Pod")));
    }
    let accepts: Vec<_> = server
        .heads()
        .iter()
        .map(|head| {
            let line = head.lines().find(|line| line.to_lowercase().starts_with("accept: "));
            let accepted = line.unwrap_or_default()["accept: ".len()..].split(',');
            accepted.take(2).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    let parameters = |kind: &str| {
        ["vnd.kubernetes.protobuf", "json"]
            .map(|format| format!("application/{format};as={kind};g=meta.k8s.io;v=v1"))
    };
    assert_eq!(
        accepts,
        [parameters("PartialObjectMetadataList"), parameters("PartialObjectMetadata")]
    );
}
