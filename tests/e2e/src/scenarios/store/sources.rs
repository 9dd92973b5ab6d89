//! Two namespaces in one store, and projections.

use watchables::rel_1_20::v1::ConfigMap;
use watchables::{Store, StoreBuilder, WatcherExt as _};

use super::{Maps, SOON, equal, lines, next, node, watcher};
use crate::cluster::Cluster;
use crate::report::{Outcome, failed};

/// Returns the nodes of the objects named `a`.
fn nodes_of_a(store: &Store<ConfigMap>, namespace: &str) -> [Option<String>; 2] {
    let from = |source| store.get_from(source, namespace, "a").map(|map| node(&map).to_owned());
    ["one", "two"].map(from)
}

pub(in crate::scenarios) async fn two_namespaces(cluster: &Cluster) -> Outcome {
    let (one, two) = (Maps::new(cluster).await?, Maps::new(cluster).await?);
    one.create("a", "n1").await?;
    two.create("a", "n2").await?;
    two.create("b", "n2").await?;
    let builder = StoreBuilder::new().source("one", watcher(cluster, &one.namespace));
    let store = builder.source("two", watcher(cluster, &two.namespace)).build();
    store.ready().within(SOON).await.map_err(failed)?;
    let by_node = store.index(|map: &ConfigMap| map.data.get("node").cloned());
    equal("objects", store.len(), 3_usize)?;
    equal("a in the first", nodes_of_a(&store, &one.namespace), [Some("n1".to_owned()), None])?;
    equal("a in the second", nodes_of_a(&store, &two.namespace), [None, Some("n2".to_owned())])?;
    equal("in the second", store.in_namespace(&two.namespace).len(), 2_usize)?;
    equal("selected", store.select("app=a").map_err(failed)?.len(), 2_usize)?;

    let mut changes = store.subscribe();
    lines(&mut changes, 3).await?;
    let moved = one.place("a", "n2").await?;
    // The other source has no reason to tell of this version for as long as a minute.
    store.wait_for_version_from("one", moved).within(SOON).await.map_err(failed)?;
    let change = next(&mut changes).await?;
    equal("the source", change.source.as_str(), "one")?;
    equal("on n2", (by_node.count("n1"), by_node.count("n2")), (0, 3))?;
    two.delete("a").await?;
    let change = next(&mut changes).await?;
    equal("the source", (change.source.as_str(), change.after.is_none()), ("two", true))?;
    equal("a in the first", nodes_of_a(&store, &one.namespace), [Some("n2".to_owned()), None])?;
    equal("a in the second", nodes_of_a(&store, &two.namespace), [None, None])?;
    Ok("objects of one name in two sources".to_owned())
}

pub(in crate::scenarios) async fn projected(cluster: &Cluster) -> Outcome {
    let maps = Maps::new(cluster).await?;
    maps.create("a", "n1").await?;
    maps.create("b", "n2").await?;
    let builder = watcher(cluster, &maps.namespace).store_builder();
    let store = builder.project(|map: &ConfigMap| node(map).to_owned());
    store.ready().within(SOON).await.map_err(failed)?;
    let by_node = store.index(|node: &String| Some(node.clone()));
    equal("what is kept", store.get(&maps.namespace, "a").as_deref(), Some(&"n1".to_owned()))?;
    equal("by label", store.select("app in (b)").map_err(failed)?, [String::from("n2").into()])?;
    let mut changes = store.subscribe_to((&*maps.namespace, "a"));
    next(&mut changes).await?;
    let moved = maps.place("a", "n2").await?;
    store.wait_for_version(moved).within(SOON).await.map_err(failed)?;
    equal("by node", (by_node.count("n1"), by_node.count("n2")), (0, 2))?;
    let change = next(&mut changes).await?;
    let sides = [change.before, change.after].map(|node| node.as_deref().cloned());
    equal("the move", sides, ["n1", "n2"].map(|node| Some(node.to_owned())))?;
    maps.delete("a").await?;
    let change = next(&mut changes).await?;
    equal("the deletion", change.object().as_str(), "n2")?;
    Ok("one field of each object, with indexes and changes".to_owned())
}
