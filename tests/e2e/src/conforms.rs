//! The cases of conformance, on this server.

use conformance::cases;

use crate::cluster::Cluster;
use crate::report::{Not, Report};

pub(crate) async fn run(cluster: &Cluster, report: &Report) {
    let named = |name: &str| format!("conformance: {name}");
    let wanted = cases().into_iter().filter(|case| report.wants(&named(&case.name))).collect();
    for (case, outcome) in conformance::run(&cluster.target(), wanted).await {
        let outcome = match outcome {
            conformance::Outcome::Passed => Ok(String::new()),
            conformance::Outcome::Failed(difference) => Err(Not::Failed(difference)),
            conformance::Outcome::Skipped(reason) => Err(Not::Skipped(reason)),
        };
        report.tell(&named(&case.name), outcome);
    }
}
