//! A store of Pods: a reflector's, which has neither indexes nor changes.

use futures::StreamExt as _;
use gauge::{Args, Figures, NODES, StoreMeasurement, last_version, node_of};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::reflector::{self, ObjectRef};
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client, ResourceExt as _};
use stream_common::Error;

/// How many look-ups are measured.
const LOOK_UPS: u32 = 200_000;
/// The same of scans.
const SCANS: u32 = 20;

pub(crate) async fn store(client: Client, args: &Args) -> Result<Figures, Error> {
    let drops = match &*args.variant {
        "" => false,
        "without managedFields" => true,
        _ => return Err(args.unknown()),
    };
    let mut measurement = StoreMeasurement::start(args.count);
    let (reader, writer) = reflector::store::<Pod>();
    let config = Config::default().streaming_lists();
    let pods = watcher(Api::<Pod>::all(client), config).default_backoff().modify(move |pod| {
        if drops {
            pod.managed_fields_mut().clear();
        }
    });
    let mut events = std::pin::pin!(pods.reflect(writer));
    // An error is an item, after which the stream goes on.
    let mut next = async || loop {
        if let Ok(event) = events.next().await.ok_or("the stream has ended")? {
            return Ok::<_, Error>(event);
        }
    };
    while !matches!(next().await?, Event::InitDone) {}
    measurement.filled();

    measurement.changing();
    let last = last_version(args.changes);
    let mut changed = 0;
    loop {
        let Event::Apply(pod) = next().await? else { continue };
        changed += 1;
        if pod.resource_version().as_ref() == Some(&last) {
            break;
        }
    }
    measurement.changed(changed);

    let keys: Vec<_> = reader.state().iter().map(|pod| ObjectRef::from_obj(&**pod)).collect();
    // By turns from all over the store.
    let key = |time: usize| &keys[time.wrapping_mul(7_919) % keys.len()];
    measurement.look_up("get_ns", LOOK_UPS, |time| reader.get(key(time)));
    let node = |time: usize| u32::try_from(time).unwrap_or_default() % NODES;
    measurement.look_up("node_ns", SCANS, |time| {
        let is_there = |pod: &Pod| node_of(pod.metadata.name.as_deref().unwrap_or_default());
        let pods = reader.state().into_iter().filter(|pod| is_there(pod) == node(time));
        pods.count()
    });
    if args.without_relist {
        return Ok(measurement.figures());
    }
    while !matches!(next().await?, Event::InitDone) {}
    measurement.relisted();
    Ok(measurement.figures())
}
