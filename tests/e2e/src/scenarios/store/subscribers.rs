//! Subscribers that are too slow, and those that want the newest only.

use watchables::rel_1_20::v1::ConfigMap;
use watchables::{Change, WatcherExt as _};

use super::{Maps, SOON, equal, line, lines, next, node, watcher};
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

/// Returns the nodes before and after a change.
fn nodes(change: &Change<ConfigMap>) -> [Option<&str>; 2] {
    [&change.before, &change.after].map(|map| map.as_deref().map(node))
}

pub(in crate::scenarios) async fn slow_and_coalesced(cluster: &Cluster) -> Outcome {
    let maps = Maps::new(cluster).await?;
    for name in ["a", "b", "c"] {
        maps.create(name, "first").await?;
    }
    let store = watcher(cluster, &maps.namespace).store();
    store.ready().within(SOON).await.map_err(failed)?;
    let mut prompt = store.subscribe();
    let mut slow = store.subscribe().capacity(1);
    let mut newest = store.subscribe().coalesced();
    let first = ["a", "b", "c"].map(|name| format!("ADDED Snapshot {name}"));
    for changes in [&mut prompt, &mut slow, &mut newest] {
        let mut lines = lines(changes, 3).await?;
        lines.sort();
        equal("the first state", lines, &first)?;
    }

    for number in 0..5 {
        maps.place("a", &format!("n{number}")).await?;
    }
    maps.delete("b").await?;
    maps.create("d", "first").await?;
    let last = maps.place("a", "last").await?;
    store.wait_for_version(last).within(SOON).await.map_err(failed)?;

    let mut each = vec!["MODIFIED Live a"; 5];
    each.extend(["DELETED Live b", "ADDED Live d", "MODIFIED Live a"]);
    equal("each change", lines(&mut prompt, 8).await?, each)?;
    equal("missed by the prompt one", prompt.missed(), 0_u64)?;

    let change = next(&mut slow).await?;
    equal("what the slow one had room for", &*line(&change), "MODIFIED Live a")?;
    equal("its nodes", nodes(&change), [Some("first"), Some("n0")])?;
    let differences = [next(&mut slow).await?, next(&mut slow).await?, next(&mut slow).await?];
    equal("missed by the slow one", slow.missed(), 7_u64)?;
    check("CatchUp", &differences, "n0")?;

    let changes = [next(&mut newest).await?, next(&mut newest).await?, next(&mut newest).await?];
    equal("missed by the coalesced one", newest.missed(), 0_u64)?;
    check("Live", &changes, "first")?;

    maps.place("c", "later").await?;
    for changes in [&mut prompt, &mut slow, &mut newest] {
        equal("what comes then", nodes(&next(changes).await?), [Some("first"), Some("later")])?;
    }
    Ok("8 changes as 8, as 1 and 3 differences, and as 3".to_owned())
}

/// Checks the changes of a subscriber that knew `a` to be on a node.
fn check(origin: &str, changes: &[Change<ConfigMap>; 3], known: &str) -> Result<(), NotPassed> {
    let mut found: Vec<_> = changes.iter().map(|change| (line(change), nodes(change))).collect();
    found.sort();
    let expected = [
        (format!("ADDED {origin} d"), [None, Some("first")]),
        (format!("DELETED {origin} b"), [Some("first"), None]),
        (format!("MODIFIED {origin} a"), [Some(known), Some("last")]),
    ];
    equal("the differences", found, expected)
}
