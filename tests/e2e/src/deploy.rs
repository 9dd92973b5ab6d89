//! The manifests of `deploy/` on a real API server: it accepts them, and their roles allow what the relay does, and no more.

mod account;
mod manifests;
mod permissions;
mod relay;

use crate::cluster::Cluster;
use crate::report::{NotPassed, Report};

/// The namespace and the name of everything in `deploy/base`.
const NAMESPACE: &str = "watchables";
const NAME: &str = "watchables-relay";

pub(crate) async fn run(cluster: &Cluster, report: &Report) {
    if !report.wants("deploy") {
        return;
    }
    if !cluster.is_owned() {
        // There may be a relay in that very namespace.
        let why = "needs a server started by the suite".to_owned();
        report.record("deploy: the manifests", Err(NotPassed::Skipped(why)));
        return;
    }
    if let Err(why) = manifests::apply(cluster, report).await {
        report.record("deploy: the manifests", Err(why));
        return;
    }
    let account = match account::Account::of(cluster).await {
        Ok(account) => account,
        Err(why) => {
            report.record("deploy: the service account", Err(why));
            return;
        }
    };
    report
        .test("deploy: the roles allow no more than is needed", permissions::least(&account))
        .await;
    report
        .test("deploy: a relay of the role relays Pods and Deployments", relay::relays(&account))
        .await;
    report
        .test("deploy: a relay of the role holds its shards", relay::holds_shards(&account))
        .await;
}
