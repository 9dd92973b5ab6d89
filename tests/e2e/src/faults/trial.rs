//! One fault, from a quiet beginning to the comparison at the end.

use std::time::Duration;

use tokio::time::sleep;
use watchables::Watcher;

use super::faulty::Fault;
use super::proxy::Proxy;
use super::subject::Subject;
use super::writer::{Kind, Writer};
use crate::cluster::Cluster;
use crate::report::{Not, Outcome, failed};

type ConfigMap = watchables::rel_1_20::v1::ConfigMap;
type Event = watchables::rel_1_20::core::v1::Event;

/// Between writes.
const PAUSE: Duration = Duration::from_millis(40);

/// After so many bytes a connection is cut; not within the TLS handshake, since a server that was never
/// reached is an error, and no fault to repair.
const CUT_AFTER: std::ops::Range<u64> = 8_000..40_000;

pub(super) async fn trial(cluster: &Cluster, fault: Fault, seed: u64) -> Outcome {
    if fault.is_of_server() && !cluster.is_ours() {
        return Err(Not::Skipped("it needs a server of our own".to_owned()));
    }
    let namespace = cluster.namespace().await?;
    let proxy = Proxy::start(cluster.address(), seed).await.map_err(failed)?;
    let client = cluster.client_through(proxy.port())?;
    let mut writer = Writer::new(cluster.api.clone(), fault.kind(), namespace.clone(), seed);
    writer.fill(12).await?;
    // The end of a watch bounds how long a dead connection is waited for.
    let timeout = Duration::from_secs(5);
    let subject = match fault.kind() {
        Kind::ConfigMap => {
            if fault == Fault::CutsAtStart {
                proxy.cut_after(Some(CUT_AFTER));
            }
            let watcher = Watcher::<ConfigMap>::new(client).namespace(namespace).page_size(5);
            Subject::start(if fault == Fault::Dead { watcher.timeout(timeout) } else { watcher })
        }
        Kind::Event => Subject::start(Watcher::<Event>::new(client).namespace(namespace)),
    };
    if fault == Fault::CutsAtStart {
        // Cut within the first handshake, a server was never reached.
        subject.is_answered().await?;
    } else {
        subject.reaches(&writer.list().await?).await?;
        subject.is_live().await?;
    }
    let versions_before = writer.versions.len();
    strike(cluster, fault, &proxy, &mut writer).await?;
    // And what comes afterwards comes too.
    writer.write(5, PAUSE).await?;
    subject.reaches(&writer.list().await?).await?;
    let status = subject.status();
    if status.repairs == 0 {
        let from =
            if fault == Fault::CutsAtStart { writer.versions.len() } else { versions_before };
        subject.has_told(&writer.versions[from..], &deleted_after(&writer, fault))?;
    }
    if fault.makes_a_gap() && status.repairs == 0 {
        return Err("there was a gap to repair, and none was repaired".into());
    }
    // In a stall, and while etcd is away, connections last.
    let lasts = matches!(fault, Fault::Stall | Fault::Etcd);
    if !lasts && proxy.connections() < 2 {
        return Err("the fault did not strike: there was one connection".into());
    }
    Ok(format!(
        "{} writes, {} connections, {} restarts, {} gaps repaired with {} events",
        writer.versions.len() + writer.deleted.len(),
        proxy.connections(),
        status.restarts,
        status.repairs,
        subject.repaired()
    ))
}

/// What was deleted while the watcher knew it.
fn deleted_after(writer: &Writer, fault: Fault) -> Vec<String> {
    if fault == Fault::CutsAtStart { Vec::new() } else { writer.deleted.clone() }
}

/// The fault, with writes before, under and after it.
async fn strike(
    cluster: &Cluster,
    fault: Fault,
    proxy: &Proxy,
    writer: &mut Writer,
) -> Result<(), Not> {
    match fault {
        Fault::Cuts | Fault::CutsAtStart => {
            proxy.cut_after(Some(CUT_AFTER));
            proxy.cut();
            writer.write(40, PAUSE).await?;
            proxy.cut_after(None);
            proxy.cut();
        }
        Fault::Stall => {
            proxy.hold(true);
            writer.write(30, PAUSE).await?;
            sleep(Duration::from_secs(3)).await;
            proxy.hold(false);
        }
        Fault::Dead => {
            proxy.deaden();
            writer.write(30, PAUSE).await?;
        }
        Fault::Refused => {
            proxy.refuse(true);
            writer.write(30, PAUSE).await?;
            sleep(Duration::from_secs(1)).await;
            proxy.refuse(false);
        }
        Fault::Restart(_) => {
            proxy.refuse(true);
            gap(writer).await?;
            cluster.own(envtest::ControlPlane::restart_apiserver).await?;
            proxy.refuse(false);
        }
        Fault::Kill => {
            writer.write(20, PAUSE).await?;
            cluster.own(envtest::ControlPlane::restart_apiserver).await?;
        }
        Fault::Compaction => {
            proxy.refuse(true);
            gap(writer).await?;
            cluster.compact().await?;
            proxy.refuse(false);
        }
        Fault::RestartAndCompaction(_) => {
            proxy.refuse(true);
            gap(writer).await?;
            cluster.compact().await?;
            cluster.own(envtest::ControlPlane::restart_apiserver).await?;
            proxy.refuse(false);
        }
        Fault::Etcd => {
            cluster.own(envtest::ControlPlane::restart_etcd).await?;
            settled(writer).await?;
        }
        Fault::Failover => {
            let second =
                cluster.own(|plane| plane.second_apiserver("kube-apiserver-2", &[])).await?;
            writer.write(10, PAUSE).await?;
            proxy.lead_to(("127.0.0.1".to_owned(), second.port()));
            writer.write(20, PAUSE).await?;
            proxy.lead_to(cluster.address());
            crate::cluster::blocking(move || drop(second)).await;
        }
    }
    Ok(())
}

/// All that can happen to objects while nobody sees it.
async fn gap(writer: &mut Writer) -> Result<(), Not> {
    writer.all_sorts().await?;
    writer.write(15, Duration::ZERO).await
}

/// The API server finds etcd again.
async fn settled(writer: &Writer) -> Result<(), Not> {
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
