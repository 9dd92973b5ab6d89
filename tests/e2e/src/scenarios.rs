//! Scenarios from the original documentation, run with the types of the server's release and of another
//! release.

mod accounts;
mod custom;
mod durable;
pub(crate) mod models;
mod multiplexed;
mod rejected;
mod seed;
mod store;
mod versions;
mod wires;

pub(crate) use self::durable::run_child;
use self::models::{Models, V20, V36};
use crate::cluster::Cluster;
use crate::report::Report;

pub(crate) async fn run(cluster: &Cluster, report: &Report) {
    with::<V20>(cluster, report).await;
    with::<V36>(cluster, report).await;
    report.test("several kinds in one stream", multiplexed::kinds(cluster)).await;
    report.test("a custom resource with a derive", custom::resource(cluster)).await;
    report.test("stores hold and tell what the server has", store::state(cluster)).await;
    report
        .test("stores serve slow and coalesced subscribers", store::slow_and_coalesced(cluster))
        .await;
    report.test("stores keep two namespaces apart", store::two_namespaces(cluster)).await;
    report.test("stores keep projections", store::projected(cluster)).await;
    report
        .test("a durable stream that is killed logs each change once", durable::killed(cluster))
        .await;
    report.test("JSON and protobuf list the same", wires::lists(cluster)).await;
    report.test("JSON and protobuf watch the same", wires::watches(cluster)).await;
    report.test("rejected: a wrong token", rejected::wrong_token(cluster)).await;
    report.test("rejected: no permission to watch", rejected::forbidden(cluster)).await;
    report.test("a service account watches what its role allows", accounts::token(cluster)).await;
    report.test("rejected: an unknown resource", rejected::unknown_resource(cluster)).await;
}

async fn with<M: Models>(cluster: &Cluster, report: &Report) {
    let name = |what: &str| format!("{}: {what}", M::NAME);
    let tests = report;
    tests.test(&name("the defaults repeat existing objects"), seed::repeats::<M>(cluster)).await;
    tests.test(&name("timeout(None) delivers objects once"), seed::once::<M>(cluster)).await;
    tests.test(&name("quit_on_timeout ends the stream"), seed::quits::<M>(cluster)).await;
    tests.test(&name("stop and stream again"), seed::stops::<M>(cluster)).await;
    tests.test(&name("one namespace and all namespaces"), seed::namespaces::<M>(cluster)).await;
    tests.test(&name("Pod and PodList deliver the same"), seed::lists::<M>(cluster)).await;
    tests.test(&name("types named by watchables can be watched"), seed::named::<M>(cluster)).await;
    tests.test(&name("selectors"), seed::selectors::<M>(cluster)).await;
    tests.test(&name("unmanaged, from a version"), versions::unmanaged::<M>(cluster)).await;
    tests.test(&name("unmanaged, from an expired version"), versions::expired::<M>(cluster)).await;
    tests.test(&name("managed, from an initial list"), versions::managed::<M>(cluster)).await;
    tests.test(&name("managed, from a version"), versions::managed_from::<M>(cluster)).await;
    tests
        .test(&name("the phase is Live after the initial list"), versions::status::<M>(cluster))
        .await;
}
