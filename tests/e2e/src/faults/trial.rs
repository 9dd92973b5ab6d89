//! Injects one fault into a running watch and compares the result with a final list.

use std::time::Duration;

use tokio::time::sleep;
use watchables::Watcher;

use super::fault::Fault;
use super::observed::ObservedWatcher;
use super::writer::{Kind, Writer};
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};
use engines::Proxy;

type ConfigMap = watchables::rel_1_20::v1::ConfigMap;
type Event = watchables::rel_1_20::core::v1::Event;

/// The pause between writes.
const PAUSE: Duration = Duration::from_millis(40);

/// The number of bytes after which a connection is closed. It is beyond the TLS handshake, since failing to
/// connect for the first time is a terminal error and not a fault to recover from.
const DISCONNECT_AFTER: std::ops::Range<u64> = 8_000..40_000;

pub(super) async fn trial(cluster: &Cluster, fault: Fault, seed: u64) -> Outcome {
    if fault.affects_server() && !cluster.is_owned() {
        return Err(NotPassed::Skipped("needs a server started by the suite".to_owned()));
    }
    let namespace = cluster.create_namespace().await?;
    let proxy = Proxy::start(cluster.address(), seed).await.map_err(failed)?;
    let client = cluster.client_through(proxy.port())?;
    let mut writer = Writer::new(cluster.api.clone(), fault.kind(), namespace.clone(), seed);
    writer.fill(12).await?;
    // The watch timeout bounds how long a half-open connection goes unnoticed.
    let timeout = Duration::from_secs(5);
    let watcher = match fault.kind() {
        Kind::ConfigMap => {
            if fault == Fault::DisconnectsAtStart {
                proxy.disconnect_after(Some(DISCONNECT_AFTER));
            }
            let watcher = Watcher::<ConfigMap>::new(client).namespace(namespace).page_size(5);
            ObservedWatcher::start(match fault {
                Fault::HalfOpen => watcher.timeout(timeout),
                _ => watcher,
            })
        }
        Kind::Event => ObservedWatcher::start(Watcher::<Event>::new(client).namespace(namespace)),
    };
    if fault == Fault::DisconnectsAtStart {
        // Until then a disconnect is a terminal error: the watcher has never been connected.
        watcher.wait_connected().await?;
    } else {
        watcher.converges_to(&writer.list().await?).await?;
        watcher.wait_live().await?;
    }
    let versions_before = writer.versions.len();
    inject(cluster, fault, &proxy, &mut writer).await?;
    // Later changes must be delivered too.
    writer.write(5, PAUSE).await?;
    watcher.converges_to(&writer.list().await?).await?;
    let status = watcher.status();
    if status.repairs == 0 {
        let from = if fault == Fault::DisconnectsAtStart {
            writer.versions.len()
        } else {
            versions_before
        };
        watcher.has_delivered(&writer.versions[from..], &observed_deletions(&writer, fault))?;
    }
    if fault.loses_history() && status.repairs == 0 {
        return Err("history was lost, but no gap was repaired".into());
    }
    // A stall and an etcd restart do not close connections.
    let keeps_connection = matches!(fault, Fault::Stall | Fault::Etcd);
    if !keeps_connection && proxy.connections() < 2 {
        return Err("the fault had no effect: there was only one connection".into());
    }
    Ok(format!(
        "{} writes, {} connections, {} restarts, {} gaps repaired with {} events",
        writer.versions.len() + writer.deleted.len(),
        proxy.connections(),
        status.restarts,
        status.repairs,
        watcher.repair_events()
    ))
}

/// Returns the deletions of objects that had certainly been delivered.
fn observed_deletions(writer: &Writer, fault: Fault) -> Vec<String> {
    if fault == Fault::DisconnectsAtStart { Vec::new() } else { writer.deleted.clone() }
}

/// Injects the fault, with writes before, during and after it.
async fn inject(
    cluster: &Cluster,
    fault: Fault,
    proxy: &Proxy,
    writer: &mut Writer,
) -> Result<(), NotPassed> {
    match fault {
        Fault::Disconnects | Fault::DisconnectsAtStart => {
            proxy.disconnect_after(Some(DISCONNECT_AFTER));
            proxy.disconnect_all();
            writer.write(40, PAUSE).await?;
            proxy.disconnect_after(None);
            proxy.disconnect_all();
        }
        Fault::Stall => {
            proxy.stall(true);
            writer.write(30, PAUSE).await?;
            sleep(Duration::from_secs(3)).await;
            proxy.stall(false);
        }
        Fault::HalfOpen => {
            proxy.make_half_open();
            writer.write(30, PAUSE).await?;
        }
        Fault::ConnectionRefused => {
            proxy.refuse(true);
            writer.write(30, PAUSE).await?;
            sleep(Duration::from_secs(1)).await;
            proxy.refuse(false);
        }
        Fault::Restart(_) => {
            proxy.refuse(true);
            write_during_gap(writer).await?;
            cluster.with_plane(envtest::ControlPlane::restart_apiserver).await?;
            proxy.refuse(false);
        }
        Fault::Kill => {
            writer.write(20, PAUSE).await?;
            cluster.with_plane(envtest::ControlPlane::restart_apiserver).await?;
        }
        Fault::Compaction => {
            proxy.refuse(true);
            write_during_gap(writer).await?;
            cluster.compact().await?;
            proxy.refuse(false);
        }
        Fault::RestartAndCompaction(_) => {
            proxy.refuse(true);
            write_during_gap(writer).await?;
            cluster.compact().await?;
            cluster.with_plane(envtest::ControlPlane::restart_apiserver).await?;
            proxy.refuse(false);
        }
        Fault::Etcd => {
            cluster.with_plane(envtest::ControlPlane::restart_etcd).await?;
            wait_until_served(writer).await?;
        }
        Fault::Failover => {
            let second =
                cluster.with_plane(|plane| plane.second_apiserver("kube-apiserver-2", &[])).await?;
            writer.write(10, PAUSE).await?;
            proxy.redirect_to(("127.0.0.1".to_owned(), second.port()));
            writer.write(20, PAUSE).await?;
            proxy.redirect_to(cluster.address());
            crate::cluster::blocking(move || drop(second)).await;
        }
    }
    Ok(())
}

/// Makes every kind of change while the watcher is disconnected.
async fn write_during_gap(writer: &mut Writer) -> Result<(), NotPassed> {
    writer.write_each_kind().await?;
    writer.write(15, Duration::ZERO).await
}

/// Waits until the API server has reconnected to etcd.
async fn wait_until_served(writer: &Writer) -> Result<(), NotPassed> {
    let mut tries = 100;
    loop {
        match writer.list().await {
            Ok(_) => return Ok(()),
            Err(why) if tries == 0 => return Err(why),
            Err(_) => tries -= 1,
        }
        sleep(Duration::from_millis(100)).await;
    }
}
