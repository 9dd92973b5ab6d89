//! Network and server faults between a watcher and a real API server: no change may be lost.
//!
//! A writer changes objects directly on the server while a managed stream watches them through a proxy. In
//! the end the delivered events must add up to the server's objects. If no gap had to be repaired, every
//! single change must have been delivered.

mod fault;
mod observed;
mod trial;
mod writer;

use futures::StreamExt as _;

use self::fault::Fault;
use crate::cluster::Cluster;
use crate::report::Report;

/// How many network faults run concurrently, each in its own namespace.
const CONCURRENCY: usize = 6;

pub(crate) async fn run(cluster: &Cluster, report: &Report, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let faults = Fault::all().into_iter().map(|fault| (fault, random.u64(..)));
    let (network, server): (Vec<_>, Vec<_>) =
        faults.partition(|(fault, _)| !fault.affects_server());
    futures::stream::iter(network.into_iter().enumerate())
        .for_each_concurrent(CONCURRENCY, |(number, (fault, seed))| async move {
            let name = format!("fault {}: {}", number + 1, fault.name());
            report.fault(&name, trial::trial(cluster, fault, seed)).await;
        })
        .await;
    for (number, (fault, seed)) in server.into_iter().enumerate() {
        let name = format!("server fault {}: {}", number + 1, fault.name());
        report.fault(&name, trial::trial(cluster, fault, seed)).await;
    }
}
