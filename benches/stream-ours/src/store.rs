//! A store of Pods with two indexes and a subscriber.

use gauge::{Args, Figures, NODES, StoreMeasurement, last_version, node_of};
use stream_common::Error;
use watchables::rel_1_37::v1::Pod;
use watchables::{Change, Client, Store, Subscription, Watcher, WatcherExt as _};

use crate::wire::wired;

/// How many look-ups are measured.
const LOOK_UPS: u32 = 200_000;
/// The same of objects that are decoded.
const DECODING_LOOK_UPS: u32 = 20_000;

pub(crate) async fn store(client: Client, args: &Args) -> Result<Figures, Error> {
    let mut measurement = StoreMeasurement::start(args.count);
    let builder = wired(Watcher::<Pod>::new(client), args).store_builder();
    let (store, times) = match &*args.variant {
        "" => (builder.build(), LOOK_UPS),
        "compact" => (builder.compact().build(), DECODING_LOOK_UPS),
        _ => return Err(args.unknown()),
    };
    store.ready().await?;
    measurement.filled();

    let by_node = store.index(|pod: &Pod| pod.metadata.name.as_deref().map(node_of));
    let _by_phase = store.index(|pod: &Pod| pod.status.as_ref()?.phase.clone());
    let mut changes = store.subscribe();
    while !changes.is_ready() {
        next(&mut changes).await?;
    }
    measurement.changing();
    let last = last_version(args.changes);
    let mut changed = 0;
    loop {
        let change = next(&mut changes).await?;
        changed += 1;
        if change.object().metadata.resource_version.as_deref() == Some(&last) {
            break;
        }
    }
    measurement.changed(changed);

    look_up(&mut measurement, &store, times, |node| by_node.get(&node).len());
    if args.without_relist {
        return Ok(measurement.figures());
    }
    while store.status().sources[0].watch.repairs == 0 {
        next(&mut changes).await?;
    }
    measurement.relisted();
    Ok(measurement.figures())
}

async fn next(changes: &mut Subscription<Pod>) -> Result<Change<Pod>, Error> {
    Ok(changes.next().await.ok_or("the store has ended")?)
}

fn look_up(
    measurement: &mut StoreMeasurement,
    store: &Store<Pod>,
    times: u32,
    pods_of: impl Fn(u32) -> usize,
) {
    let snapshot = store.snapshot();
    let keys: Vec<_> = snapshot.iter().map(|stored| stored.key).collect();
    // By turns from all over the store.
    let key = |time: usize| &keys[time.wrapping_mul(7_919) % keys.len()];
    drop(snapshot);
    measurement.look_up("get_ns", times, |time| {
        let key = key(time);
        store.get(key.namespace(), key.name())
    });
    let node = |time: usize| u32::try_from(time).unwrap_or_default() % NODES;
    measurement.look_up("node_ns", times / 20, |time| pods_of(node(time)));
}
