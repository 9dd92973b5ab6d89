//! What the seed's documentation tells, with the models of the server's release and of another.

mod accounts;
mod custom;
pub(crate) mod models;
mod multiplexed;
mod refused;
mod seed;
mod versions;

use self::models::{Models, V20, V36};
use crate::cluster::Cluster;
use crate::report::Report;

pub(crate) async fn run(cluster: &Cluster, report: &Report) {
    with::<V20>(cluster, report).await;
    with::<V36>(cluster, report).await;
    report.test("several kinds in one stream", multiplexed::kinds(cluster)).await;
    report.test("a custom resource with a derive", custom::resource(cluster)).await;
    report.test("refused: a wrong token", refused::wrong_token(cluster)).await;
    report.test("refused: no right to watch", refused::no_right(cluster)).await;
    report.test("an account's token, and what its role allows", accounts::token(cluster)).await;
    report.test("refused: a resource that is not there", refused::not_there(cluster)).await;
}

async fn with<M: Models>(cluster: &Cluster, report: &Report) {
    let name = |what: &str| format!("{}: {what}", M::NAME);
    let tests = report;
    tests.test(&name("the defaults repeat what there is"), seed::repeats::<M>(cluster)).await;
    tests.test(&name("timeout(None) tells it once"), seed::once::<M>(cluster)).await;
    tests.test(&name("quit_on_timeout ends"), seed::quits::<M>(cluster)).await;
    tests.test(&name("stop, and stream again"), seed::stops::<M>(cluster)).await;
    tests.test(&name("namespaces, one and all"), seed::namespaces::<M>(cluster)).await;
    tests.test(&name("Pod and PodList are the same"), seed::lists::<M>(cluster)).await;
    tests.test(&name("what watchables name can be watched"), seed::named::<M>(cluster)).await;
    tests.test(&name("selectors"), seed::selectors::<M>(cluster)).await;
    tests.test(&name("unmanaged, from a version"), versions::unmanaged::<M>(cluster)).await;
    tests.test(&name("unmanaged, from one that is gone"), versions::gone::<M>(cluster)).await;
    tests.test(&name("managed, from the state"), versions::managed::<M>(cluster)).await;
    tests.test(&name("managed, from a version"), versions::managed_from::<M>(cluster)).await;
    tests
        .test(&name("status tells when the state is complete"), versions::status::<M>(cluster))
        .await;
}
