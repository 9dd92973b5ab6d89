//! Subjects made of Kubernetes' names.

use std::sync::Arc;

use watch_protocol::EventType;
use watch_relay::sink::Sink as _;
use watch_relay::{Batch, Message};
use watchable_core::{ResourceInfo, Scope};

use crate::support::{Event, Server, config, message, open, stored};

fn odd(version: u64, resource: ResourceInfo, namespace: &str, name: &str) -> Message {
    let mut message = message(Event { etype: EventType::Added, ..Event::modified("x", version) });
    message.id = format!("cluster-identity/uid-{version}/{version}").into();
    message.resource = Arc::new(resource);
    namespace.clone_into(&mut message.namespace);
    name.clone_into(&mut message.name);
    message
}

#[tokio::test]
async fn odd_names_are_stored_each_in_its_own_subject() {
    let server = Server::start();
    let mut sink = open(config(&server.url())).await;
    let roles = || {
        let group = "rbac.authorization.k8s.io";
        ResourceInfo::new(group, "v1", "ClusterRole", "clusterroles", Scope::Cluster)
    };
    let pods = || ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    let nodes = || ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);
    let long = "n".repeat(253);
    let mut batch = Batch::new(vec![
        odd(1, nodes(), "", "node-1.example"),
        odd(2, roles(), "", "system:node"),
        odd(3, roles(), "", "a b*c>d%e"),
        odd(4, roles(), "", "ä"),
        odd(5, pods(), "shop", &long),
        odd(6, roles(), "", "_"),
        odd(7, roles(), "", &"\u{1}".repeat(2_000)),
    ]);
    sink.deliver(&mut batch).await.expect("all but one are stored");
    assert!(batch.is_done());
    let refusals: Vec<_> = batch.refusals().map(|(message, why)| (&*message.id, why)).collect();
    let [(id, why)] = refusals.as_slice() else { panic!("{refusals:?}") };
    assert_eq!(*id, "cluster-identity/uid-7/7");
    assert!(why.contains("its subject has"), "{why}");
    let stored = stored(&server.url(), "k8s").await;
    let mut subjects: Vec<_> = stored.0.iter().map(|message| message.subject.as_str()).collect();
    subjects.sort_unstable();
    let roles = "k8s.prod.rbac_authorization_k8s_io.clusterroles";
    let mut expected = [
        "k8s.prod.core.nodes._.node-1_example.added".to_owned(),
        format!("{roles}._.system:node.added"),
        format!("{roles}._.a%20b%2Ac%3Ed%25e.added"),
        format!("{roles}._.%C3%A4.added"),
        format!("k8s.prod.core.pods.shop.{long}.added"),
        format!("{roles}._.%5F.added"),
    ];
    expected.sort();
    assert_eq!(subjects, expected);
}
