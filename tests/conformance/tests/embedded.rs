//! Runs every case on the embedded server, as three old releases and as the newest, in JSON and in protobuf.

use std::borrow::Cow;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use conformance::{Control, Needs, Outcome, Release, Target, cases, run};
use embedded_apiserver::EmbeddedServer;
use watchables::{CatalogEntry, Client, Config, Wire};

/// With fewer cases than this, some were lost.
const MIN_CASES: usize = 70;

/// With fewer responses in protobuf than this, some were in JSON.
const MIN_IN_PROTOBUF: usize = 250;

async fn run_all_cases(release: Release, catalog: impl Into<Cow<'static, [CatalogEntry]>>) {
    let catalog = catalog.into();
    for wire in [Wire::Json, Wire::Protobuf] {
        run_in(wire, release, catalog.clone()).await;
    }
}

async fn run_in(wire: Wire, release: Release, catalog: Cow<'static, [CatalogEntry]>) {
    let server = EmbeddedServer::builder(catalog)
        .release(release.to_string())
        // Real servers send a bookmark two seconds before a watch ends: none in a watch of one second.
        .bookmark_interval(Duration::from_millis(1_500))
        .start()
        .await
        .expect("a server starts");
    let store = server.store().clone();
    let control: Control = Box::new(move |Needs::Compact| {
        store.compact();
        Box::pin(std::future::ready(Ok(())))
    });
    let mut config = Config::new(server.url().parse().expect("a URL"));
    config.default_retry = false;
    let client = Client::try_from(config).expect("a client");
    let target = Target {
        client,
        release,
        control: Some(control),
        run: "test".to_owned(),
        wire,
        in_protobuf: AtomicUsize::default(),
    };
    let outcomes = run(&target, cases()).await;
    let passed = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Passed).count();
    let failed: Vec<_> = outcomes
        .iter()
        .filter_map(|(case, outcome)| match outcome {
            Outcome::Failed(difference) => Some(format!("{}\n    {difference}", case.name)),
            _ => None,
        })
        .collect();
    let place = format!("as {release} in {wire:?}");
    println!("{place}: {passed} of {} cases passed", outcomes.len());
    assert!(failed.is_empty(), "{place}, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed >= MIN_CASES, "{place}, only {passed} cases passed");
    let in_protobuf = target.in_protobuf.into_inner();
    let expected = if wire == Wire::Protobuf { MIN_IN_PROTOBUF.. } else { 0.. };
    assert!(expected.contains(&in_protobuf), "{place}, {in_protobuf} responses were in protobuf");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_release_1_17() {
    run_all_cases(Release(1, 17), watchables::rel_1_17::CATALOG).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_release_1_20() {
    run_all_cases(Release(1, 20), watchables::rel_1_20::CATALOG).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_release_1_36() {
    run_all_cases(Release(1, 36), watchables::rel_1_36::CATALOG).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_the_newest_release() {
    let newest = release_catalogs::NEWEST;
    let minor = newest.strip_prefix("1.").and_then(|minor| minor.parse().ok());
    let catalog = release_catalogs::catalog(newest).expect("the newest release has a catalog");
    run_all_cases(Release(1, minor.expect("a minor version")), catalog).await;
}
