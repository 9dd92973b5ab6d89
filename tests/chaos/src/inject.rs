//! Carries out what is planned, and says so.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use engines::Proxy;
use envtest::ControlPlane;
use futures::future::join_all;
use jiff::Timestamp;
use rustix::process::Signal;
use tokio::time::{Instant, sleep, sleep_until};

use crate::history::History;
use crate::judge::{Incidents, Outage};
use crate::plan::{Disturbance, Fault, LINKS, Link, Manners, Planned, RELAYS};
use crate::world::World;

/// After how many bytes a connection is closed.
const FRAYED: std::ops::Range<u64> = 200..40_000;

/// What was done.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) incidents: Incidents,
    pub(crate) counts: BTreeMap<&'static str, usize>,
    pub(crate) faults: Vec<String>,
}

/// Does what is planned. It takes as long as planned, or longer if something starts slowly.
pub(crate) async fn inject(
    world: &World,
    history: &History,
    plan: &[Planned],
    say: impl Fn(&str),
    done: &Mutex<Done>,
) {
    let began = Instant::now();
    let all = plan.iter().map(|planned| {
        let say = &say;
        async move {
            let Planned { at, lasts, fault } = *planned;
            sleep_until(began + at).await;
            let is_longer = !lasts.is_zero();
            if is_longer {
                say(&format!("{fault} for {:.1} s", lasts.as_secs_f32()));
            } else {
                say(&fault.to_string());
            }
            let from = Timestamp::now();
            let in_outage = || {
                let outage = Outage { began: from, version: history.version() };
                done.lock().expect("no panic").incidents.outages.push(outage);
            };
            let outcome = carry_out(world, history, fault, lasts, in_outage).await;
            let to = Timestamp::now();
            if is_longer {
                say(&format!("end of: {fault}"));
            }
            let mut done = done.lock().expect("no panic");
            *done.counts.entry(fault.kind()).or_default() += 1;
            match fault {
                Fault::KillRelay(_) | Fault::PauseRelay(_) | Fault::StopRelay(_) | Fault::Isolate(_)
                // Whoever cannot renew its Leases loses its shards.
                | Fault::KillEtcd | Fault::Disturb(_, Link::Api, _) => done.incidents.interruptions.push((from, to)),
                _ => {}
            }
            if let Err(error) = outcome {
                say(&format!("FAILED: {fault}: {error}"));
                done.faults.push(format!("{fault}: {error}"));
            }
        }
    });
    join_all(all).await;
}

/// Does it, and undoes it. While the API server or etcd is down, so that nothing changes, `in_outage` is called.
async fn carry_out(
    world: &World,
    history: &History,
    fault: Fault,
    lasts: Duration,
    in_outage: impl FnOnce(),
) -> Result<(), String> {
    match fault {
        Fault::KillRelay(at) | Fault::StopRelay(at) => {
            let mut relay = world.relays[at].lock().await;
            if !relay.is_running() {
                return Err("it does not run".to_owned());
            }
            if fault == Fault::KillRelay(at) {
                relay.kill().await.map_err(|error| error.to_string())?;
            } else {
                relay.stop().await?;
            }
            sleep(lasts).await;
            relay.start().map_err(|error| error.to_string())?;
        }
        Fault::PauseRelay(at) => {
            let relay = world.relays[at].lock().await;
            relay.signal(Signal::STOP);
            sleep(lasts).await;
            relay.signal(Signal::CONT);
        }
        Fault::KillApiserver => {
            let _alone = world.outage.lock().await;
            world.with_plane(ControlPlane::kill_apiserver).await;
            sleep(lasts).await;
            in_outage();
            let restarted = world.with_plane(ControlPlane::restart_apiserver).await;
            restarted.map_err(|error| error.to_string())?;
        }
        Fault::KillEtcd => {
            let _alone = world.outage.lock().await;
            world.with_plane(ControlPlane::kill_etcd).await;
            sleep(lasts).await;
            in_outage();
            let restarted = world.with_plane(ControlPlane::restart_etcd).await;
            restarted.map_err(|error| error.to_string())?;
            // A compaction would take from the history what it has not read.
            history.connected().await?;
            world.serves().await?;
        }
        Fault::Compact => {
            let _alone = world.outage.lock().await;
            // It fails if it was just compacted there.
            let _ = world.with_plane(|plane| plane.compact_etcd()).await;
        }
        Fault::KillNats => {
            let mut nats = world.nats.lock().await;
            tokio::task::block_in_place(|| nats.kill());
            sleep(lasts).await;
            tokio::task::block_in_place(|| nats.restart());
        }
        Fault::PauseNats => {
            let nats = world.nats.lock().await;
            nats.signal("STOP");
            sleep(lasts).await;
            nats.signal("CONT");
        }
        Fault::KillPostgres => {
            let mut postgres = world.postgres.lock().await;
            postgres.kill();
            sleep(lasts).await;
            postgres.run(&[]).await;
        }
        Fault::PausePostgres => {
            let postgres = world.postgres.lock().await;
            postgres.signal("STOP");
            sleep(lasts).await;
            postgres.signal("CONT");
        }
        Fault::Disturb(relay, link, disturbance) => {
            disturb(world.proxy(relay, link), disturbance, lasts).await;
        }
        Fault::Isolate(relay) => {
            refuse_all(world, relay, true);
            sleep(lasts).await;
            refuse_all(world, relay, false);
        }
        Fault::Webhook(manners) => {
            world.webhook.behave(manners);
            sleep(lasts).await;
            world.webhook.behave(Manners::Good);
        }
    }
    Ok(())
}

fn refuse_all(world: &World, relay: usize, refuse: bool) {
    for link in LINKS {
        world.proxy(relay, link).refuse(refuse);
    }
}

async fn disturb(proxy: &Proxy, disturbance: Disturbance, lasts: Duration) {
    match disturbance {
        Disturbance::Cut => proxy.disconnect_all(),
        Disturbance::Refuse => {
            proxy.refuse(true);
            sleep(lasts).await;
            proxy.refuse(false);
        }
        Disturbance::Stall => {
            proxy.stall(true);
            sleep(lasts).await;
            proxy.stall(false);
        }
        Disturbance::Swallow => {
            proxy.make_half_open();
            sleep(lasts).await;
            proxy.disconnect_all();
        }
        Disturbance::Fray => {
            proxy.disconnect_after(Some(FRAYED));
            proxy.disconnect_all();
            sleep(lasts).await;
            proxy.disconnect_after(None);
            proxy.disconnect_all();
        }
    }
}

/// Closes all connections, as at the end of an outage of the network, and checks that every relay still runs.
pub(crate) async fn heal(world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    for at in 0..RELAYS {
        for link in LINKS {
            world.proxy(at, link).disconnect_all();
        }
        if !world.relays[at].lock().await.is_running() {
            faults.push(format!("relay {at} has ended by itself: see its log"));
        }
    }
    faults
}
