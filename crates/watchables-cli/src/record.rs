//! `watchables record`: the events of one or more resources, into a file.

use std::future::pending;
use std::time::Duration;

use anyhow::bail;
use futures::FutureExt as _;
use watch_recording::{Recorder, RecordingError, Summary};
use watchables::{Client, DynamicObject, Scope, ServedResource, Watcher};

use crate::args::RecordArgs;
use crate::resources::{Finder, Waiting};
use crate::say::say;
use crate::{cluster, failure, interrupt, notices, resources};

/// How long the rest may take to be written after Ctrl-C.
const GRACE_PERIOD: Duration = Duration::from_secs(10);

/// Records until Ctrl-C, or for the time of `--for`.
///
/// # Errors
///
/// If the cluster cannot be reached, a resource cannot be watched, a watcher fails, or the file cannot be written.
pub(crate) async fn run(args: RecordArgs) -> anyhow::Result<()> {
    let Some(path) = args.output.clone() else {
        bail!(
            "no file to record into; name one with -o, such as -o {}.jsonl.zst",
            args.resources[0]
        )
    };
    if !args.append && path.exists() {
        bail!(
            "{} exists already; go on in it with --append, or name another file with -o",
            path.display()
        );
    }
    let mut interrupted = interrupt::interrupted_within(GRACE_PERIOD);
    let deadline = args.duration.map(tokio::time::sleep);
    let ended = async {
        let timed_out = async {
            match deadline {
                Some(sleep) => sleep.await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = timed_out => Ended::TimedOut,
            _ = &mut interrupted => Ended::Interrupted,
        }
    };
    tokio::pin!(ended);

    let waiting = Waiting::default();
    let connecting = async {
        let cluster = cluster::Target::find(&args.cluster)?.connect().await?;
        let has_deadline = args.duration.is_some();
        let finder = Finder::new(&cluster.client, has_deadline, args.give_up_after, &waiting);
        let served = resources::resolve(&finder, &args.resources).await;
        let served = served.map_err(|error| failure::of_server(error, &cluster.url))?;
        anyhow::Ok((cluster, served))
    };
    let (cluster, served) = tokio::select! {
        connected = connecting => connected?,
        ended = &mut ended => return ended.before_the_recording(waiting.cause()),
    };
    let mut recorder = Recorder::new(cluster.client.clone(), &path)
        .append(args.append)
        .with_secrets(args.with_secrets);
    if let Some(bytes) = args.max_size {
        recorder = recorder.max_size(bytes);
    }
    if let Some(files) = args.keep {
        recorder = recorder.keep(files);
    }
    for field in &args.redact {
        recorder = recorder.redact(field);
    }
    let mut statuses = Vec::new();
    for served in &served {
        let watcher = watcher(&cluster.client, served, &args);
        statuses.push((served.resource.to_string(), watcher.status()));
        recorder = recorder.watch(watcher);
    }
    let recorder = tokio::select! {
        opened = recorder.open() => opened.map_err(with_cli_hint)?,
        ended = &mut ended => return ended.while_opening(),
    };
    say!("recording into {}", path.display());
    let recorded = tokio::select! {
        recorded = recorder.run(ended.map(|_| ())) => recorded,
        () = notices::report(statuses) => return Ok(()),
    };
    let summary = recorded.map_err(with_cli_hint)?;
    let Summary { events, gaps, objects, unmatched, .. } = summary;
    let gaps = match gaps {
        0 => String::new(),
        1 => ", with a gap".to_owned(),
        gaps => format!(", with {gaps} gaps"),
    };
    say!("recorded {events} events{gaps}; {objects} objects exist");
    for path in unmatched {
        say!(
            "no object had a field at --redact {path:?}, and none was replaced; check how it is written"
        );
    }
    Ok(())
}

/// Why a recording ends.
enum Ended {
    TimedOut,
    Interrupted,
}

impl Ended {
    /// Says why nothing was recorded, unless the user knows.
    fn before_the_recording(self, cause: Option<String>) -> anyhow::Result<()> {
        match (self, cause) {
            (Self::Interrupted, _) => Ok(()),
            (Self::TimedOut, Some(cause)) => {
                bail!("{cause}; gave up after the time set by --for, and nothing was recorded")
            }
            (Self::TimedOut, None) => bail!(
                "the API server did not respond within the time set by --for; nothing was recorded"
            ),
        }
    }

    /// The server has responded by then.
    fn while_opening(self) -> anyhow::Result<()> {
        match self {
            Self::Interrupted => Ok(()),
            Self::TimedOut => bail!(
                "the time set by --for was over before the recording was open: finding out which cluster it is, and \
                 how far the file is, took longer; nothing was recorded"
            ),
        }
    }
}

fn watcher(client: &Client, served: &ServedResource, args: &RecordArgs) -> Watcher<DynamicObject> {
    let mut watcher = Watcher::for_resource(client.clone(), served.resource.clone());
    watcher = watcher.compression(args.compress);
    // As in kubectl, the namespace does not apply to cluster-scoped resources.
    if let (Some(namespace), Scope::Namespaced) = (&args.namespace, served.resource.scope()) {
        watcher = watcher.namespace(namespace);
    }
    if let Some(time) = args.give_up_after {
        watcher = watcher.give_up_after(time);
    }
    if let Some(selector) = &args.selector {
        watcher = watcher.label_selector(selector);
    }
    if let Some(selector) = &args.field_selector {
        watcher = watcher.field_selector(selector);
    }
    watcher
}

/// A file may have been created since it was looked for, or be an earlier part.
fn with_cli_hint(error: RecordingError) -> anyhow::Error {
    let is_existing = error.is_already_existing();
    let error = anyhow::Error::from(error);
    if is_existing {
        error.context("go on in the recording with --append, or name another file with -o")
    } else {
        error
    }
}
