//! Faults of networks and servers, between a watcher and a real API server: nothing may be lost.
//!
//! A writer changes objects straight at the server while a managed stream watches them through a proxy.
//! In the end what was delivered must be what the server has; and where no gap had to be repaired,
//! every single change must have been told.

mod faulty;
mod proxy;
mod subject;
mod trial;
mod writer;

use futures::StreamExt as _;

use self::faulty::Fault;
use crate::cluster::Cluster;
use crate::report::Report;

/// How many faults of the network run at once, each in a namespace of its own.
const AT_ONCE: usize = 6;

pub(crate) async fn run(cluster: &Cluster, report: &Report, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let faults = Fault::all().into_iter().map(|fault| (fault, random.u64(..)));
    let (network, server): (Vec<_>, Vec<_>) = faults.partition(|(fault, _)| !fault.is_of_server());
    futures::stream::iter(network.into_iter().enumerate())
        .for_each_concurrent(AT_ONCE, |(number, (fault, seed))| async move {
            let name = format!("fault {}: {}", number + 1, fault.name());
            report.fault(&name, trial::trial(cluster, fault, seed)).await;
        })
        .await;
    for (number, (fault, seed)) in server.into_iter().enumerate() {
        let name = format!("server fault {}: {}", number + 1, fault.name());
        report.fault(&name, trial::trial(cluster, fault, seed)).await;
    }
}
