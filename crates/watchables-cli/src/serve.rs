//! `watchables serve`: an embedded API server for kubectl, programs and tests.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use embedded_apiserver::{DemoOptions, EmbeddedServer, Store};
use watchables::CatalogEntry;

use crate::args::ServeArgs;
use crate::interrupt::interrupted;
use crate::kubeconfig;
use crate::manifest_text::text_of;

/// Serves until Ctrl-C.
pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let interrupted = interrupted();
    let mut builder = EmbeddedServer::builder(catalog(&args.release)?)
        .release(&args.release)
        .port(args.port)
        .control_endpoint(args.faults);
    if let Some(token) = args.token {
        builder = builder.token(token);
    }
    if args.tls {
        builder = builder.tls();
    }
    let server = builder.start_in_thread().with_context(|| match args.port {
        0 => "cannot start the server".to_owned(),
        port => format!("cannot start the server on port {port}"),
    })?;
    if let Some(path) = &args.seed_file {
        seed(server.store(), path)?;
    }
    let _demo = args.demo.then(|| server.demo(&DemoOptions::default()));
    kubeconfig::write(&server, args.kubeconfig.as_deref(), "get pods -A -w")?;
    tokio::select! {
        _ = interrupted => {}
        () = compact(server.store(), args.compact) => {}
    }
    server.shutdown().await;
    Ok(())
}

fn catalog(release: &str) -> anyhow::Result<Vec<CatalogEntry>> {
    release_catalogs::catalog(release).with_context(|| {
        let known = release_catalogs::RELEASES.join(", ");
        format!("release {release:?} is not supported; use one of {known}")
    })
}

/// Creates the objects in a file of YAML or JSON documents, read as kubectl reads them.
fn seed(store: &Store, path: &Path) -> anyhow::Result<()> {
    let file = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {file}"))?;
    let text = text_of(&bytes);
    store
        .create_from_manifest(&text)
        .with_context(|| format!("cannot create the objects of {file}"))?;
    Ok(())
}

/// Compacts the history at the interval. Never resolves.
async fn compact(store: &Store, interval: Option<Duration>) {
    let Some(interval) = interval else { return std::future::pending().await };
    loop {
        tokio::time::sleep(interval).await;
        store.compact();
    }
}
