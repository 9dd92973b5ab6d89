//! Runs the conformance cases on the server, in JSON and in protobuf.

use conformance::cases;
use watchables::Wire;

use crate::cluster::Cluster;
use crate::report::{NotPassed, Report};

pub(crate) async fn run(cluster: &Cluster, report: &Report) {
    for (wire, what) in [(Wire::Json, "conformance"), (Wire::Protobuf, "conformance in protobuf")] {
        let named = |name: &str| format!("{what}: {name}");
        let wanted = cases().into_iter().filter(|case| report.wants(&named(&case.name))).collect();
        for (case, outcome) in conformance::run(&cluster.target(wire), wanted).await {
            let outcome = match outcome {
                conformance::Outcome::Passed => Ok(String::new()),
                conformance::Outcome::Failed(difference) => Err(NotPassed::Failed(difference)),
                conformance::Outcome::Skipped(reason) => Err(NotPassed::Skipped(reason)),
            };
            report.record(&named(&case.name), outcome);
        }
    }
}
