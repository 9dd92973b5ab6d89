//! `watchables relay`: relays events, each once.

mod connected;
mod reload;

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use watch_relay::config::{CheckpointsConfig, Config, PipelineConfig, SinkConfig};
use watch_relay::{ConfigFile, InstanceSummary, Listener, Relay};

use self::connected::Connected;
use crate::args::RelayArgs;
use crate::cluster::Target;
use crate::say::say;
use crate::{interrupt, log, output};

/// How long what was read may take to be delivered after SIGTERM. Kubernetes waits 30 s.
const GRACE_PERIOD: Duration = Duration::from_secs(15);

/// The checkpoints of a relay without a configuration file.
const CHECKPOINTS: &str = "watchables-relay.redb";

/// Relays until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// If the configuration is wrong, its address is in use, a cluster cannot be connected to, or the checkpoints cannot be
/// opened.
pub(crate) async fn run(args: RelayArgs) -> anyhow::Result<()> {
    let (config, file, _folder) = configuration(&args)?;
    if args.check {
        let pipelines = config.pipelines.len();
        say!("the configuration is right; pipelines: {pipelines}");
        return Ok(());
    }
    let writes_lines = config.pipelines.iter().any(|it| matches!(it.to, SinkConfig::Stdout(_)));
    if writes_lines && output::is_nowhere() {
        bail!(
            "standard output is closed, and a pipeline writes to it: write it into a file or a pipe"
        );
    }
    log::start_of_relay(args.cluster.verbosity, args.log);
    let interrupted = interrupt::interrupted_within(GRACE_PERIOD);
    let listener = match config.listen {
        Some(address) => Some(Listener::bind(address).await?),
        None => None,
    };
    // Before the relay begins, so that no signal ends it that is to reload.
    let file = file.map(|file| anyhow::Ok((file, reload::signals()?))).transpose()?;
    let connected = Connected::connect(&config, &args.cluster, None).await?;
    let relay = Relay::new(&config, connected.clusters())?;
    for pipeline in &config.pipelines {
        let resources = pipeline.watch.iter().flat_map(|watch| &watch.resources);
        let resources = resources.map(String::as_str).collect::<Vec<_>>().join(", ");
        say!("relaying {resources} to {}", pipeline.to);
    }
    if let Some(listener) = listener {
        say!("probes and metrics on http://{}", listener.address());
        // Also while it drains; it ends with the program.
        tokio::spawn(listener.serve(relay.monitor()));
    }
    let reloader = relay.reloader();
    let reloading = async {
        match file {
            // The demo cluster ends with it.
            None => std::future::pending::<Infallible>().await,
            Some((file, signals)) => {
                reload::run(file, signals, reloader, connected, &args.cluster).await
            }
        }
    };
    let summaries = tokio::select! {
        summaries = relay.run(async { drop(interrupted.await) }) => summaries?,
        never = reloading => match never {},
    };
    for InstanceSummary { name, received, delivered, refused, .. } in summaries {
        say!("{name}: received {received}, delivered {delivered}, refused {refused}");
    }
    Ok(())
}

/// Returns the configuration, its file, and the folder of what is only needed as long as the relay runs.
fn configuration(
    args: &RelayArgs,
) -> anyhow::Result<(Config, Option<ConfigFile>, Option<TempDir>)> {
    if let Some(path) = &args.config {
        let (file, config) = ConfigFile::read(path)?;
        return Ok((config, Some(file), None));
    }
    let Some(to) = &args.to else {
        bail!("name a configuration file with --config, or a place with --to")
    };
    let sink = SinkConfig::from_url(to)?;
    let resources = match args.resources.as_slice() {
        [] => vec!["pods".to_owned()],
        resources => resources.to_vec(),
    };
    let mut pipeline = PipelineConfig::new("relay", resources, sink);
    pipeline.watch[0].namespaces.extend(args.namespace.clone());
    pipeline.watch[0].labels.clone_from(&args.selector);
    pipeline.filter.clone_from(&args.filter);
    let (checkpoints, folder) = match &args.checkpoints {
        Some(path) => (path.clone(), None),
        None if matches!(Target::find(&args.cluster)?, Target::Demo(_)) => {
            let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
            (folder.path().join(CHECKPOINTS), Some(folder))
        }
        None => (PathBuf::from(CHECKPOINTS), None),
    };
    let config = Config::of(pipeline, Some(CheckpointsConfig::File(checkpoints)));
    config.check()?;
    Ok((config, None, folder))
}
