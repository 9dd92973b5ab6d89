//! A relay that is one of several replicas: works on the shards whose Leases it holds.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, pending};
use kube_client::Client;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::held_shards::HeldShards;
use crate::shards::{InvalidReplica, Replica, ReplicaSettings, ShardEvent};
use crate::shutdown::{Shutdown, ShutdownTrigger};
use crate::tenure::Tenure;

/// How long the shards may take to be released when the relay stops.
const STOP_LIMIT: Duration = Duration::from_secs(12);

/// Works on shards until `stop` resolves: `work` adds the tasks of one to a set. They end by the deadline of the shutdown
/// that is requested of them. `shown` has the shards that are held.
///
/// # Errors
///
/// A setting is invalid.
pub(crate) async fn run(
    client: Client,
    settings: ReplicaSettings,
    shown: &HeldShards,
    stop: impl Future<Output = ()>,
    work: impl Fn(&Tenure, &Shutdown, &mut JoinSet<()>),
) -> Result<(), InvalidReplica> {
    shown.configure(settings.leases());
    let mut replica = Replica::start(client, settings.clone())?;
    let handle = replica.handle();
    let mut held: HashMap<u32, (ShutdownTrigger, JoinSet<()>)> = HashMap::new();
    let mut stopping = JoinSet::new();
    let mut stop = pin!(stop);
    let mut gives_up = pin!(Either::Left(pending()));
    let mut is_stopping = false;
    loop {
        let event = tokio::select! {
            event = replica.next() => event,
            () = &mut stop, if !is_stopping => {
                is_stopping = true;
                gives_up.set(Either::Right(tokio::time::sleep(STOP_LIMIT)));
                replica.shut_down();
                continue;
            }
            () = &mut gives_up => None,
        };
        match event {
            None => break,
            Some(ShardEvent::Acquired { shard, epoch }) => {
                let Some(tenure) = Tenure::new(&settings, shard, epoch, handle.clone()) else {
                    continue;
                };
                let (trigger, shutdown) = Shutdown::new();
                let mut tasks = JoinSet::new();
                work(&tenure, &shutdown, &mut tasks);
                held.insert(shard, (trigger, tasks));
                shown.acquired(shard);
            }
            Some(ShardEvent::Lost { shard, stop_by, .. }) => {
                let Some((trigger, mut tasks)) = held.remove(&shard) else { continue };
                let (handle, shown) = (handle.clone(), shown.clone());
                stopping.spawn(async move {
                    trigger.request(stop_by.into());
                    while tasks.join_next().await.is_some() {}
                    shown.released(shard);
                    handle.stopped(shard);
                });
            }
        }
    }
    for (trigger, _) in held.values() {
        trigger.request(Instant::now());
    }
    Ok(())
}
