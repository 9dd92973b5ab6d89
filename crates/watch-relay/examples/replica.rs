//! Joins a group of replicas that share eight shards, and prints what it holds: run several, stop some with Ctrl-C, and
//! kill others.
//!
//! `cargo run -p watch-relay --example replica -- NAME`, with the cluster of the kubeconfig, in its default namespace.

use std::time::Instant;

use kube_client::{Client, Config};
use watch_relay::shards::{Replica, ReplicaSettings, ShardEvent, identity};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).ok_or("which NAME?")?;
    let mut config = Config::infer().await?;
    config.default_retry = false;
    let namespace = config.default_namespace.clone();
    let mut settings = ReplicaSettings::new("example", namespace, identity(&name));
    settings.shards = 8;
    let mut replica = Replica::start(Client::try_from(config)?, settings)?;
    let mut held = Vec::new();
    loop {
        let event = tokio::select! {
            event = replica.next() => event,
            Ok(()) = tokio::signal::ctrl_c() => {
                replica.shut_down();
                continue;
            }
        };
        match event {
            None => return Ok(()),
            Some(ShardEvent::Acquired { shard, epoch }) => {
                held.push(shard);
                println!("{} {name}: acquired {shard}, epoch {epoch}; holds {held:?}", time());
            }
            Some(ShardEvent::Lost { shard, stop_by, reason }) => {
                // Here a relay would deliver and commit what it has read.
                held.retain(|other| *other != shard);
                let left = stop_by.saturating_duration_since(Instant::now()).as_secs_f32();
                println!("{} {name}: lost {shard}, {left:.1} s left: {reason}", time());
                replica.stopped(shard);
            }
        }
    }
}

fn time() -> jiff::Timestamp {
    jiff::Timestamp::now().round(jiff::Unit::Millisecond).unwrap_or_default()
}
