//! `watchables watch`: several watchers in one stream of lines.

use std::collections::HashMap;
use std::future::{pending, ready};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use futures::{FutureExt as _, StreamExt as _};
use watchables::{
    DynamicObject, MultiplexingWatcher, Scope, ServedResource, StreamOptions, WatchError,
    WatchEvent, Watcher,
};

use crate::args::WatchArgs;
use crate::output::{self, Output};
use crate::{cluster, failure, interrupt, names, notices};

/// Lines written before it is looked again whether it is time to end.
const BATCH: usize = 256;

type Item = Result<WatchEvent<DynamicObject>, WatchError>;

/// Watches until the count, the time, Ctrl-C, or the end of whoever reads.
pub(crate) async fn run(args: WatchArgs) -> anyhow::Result<()> {
    let mut interrupted = interrupt::interrupted();
    let watching = watch(args);
    tokio::select! {
        result = watching => result,
        // Ends also while connecting.
        _ = &mut interrupted => Ok(()),
    }
}

async fn watch(args: WatchArgs) -> anyhow::Result<()> {
    // Time counts from here: `--for 5s` also bounds a server that does not answer.
    let deadline = args.time.map(tokio::time::sleep);
    let timed_out = async {
        match deadline {
            Some(sleep) => sleep.await,
            None => pending().await,
        }
    };
    tokio::pin!(timed_out);

    let connecting = async {
        let cluster = cluster::connect(&args.cluster).await?;
        let served = names::resolve(&cluster.client, &args.resources).await;
        let served = served.with_context(|| format!("the API server {}", cluster.url))?;
        anyhow::Ok((cluster, served))
    };
    let (cluster, served) = tokio::select! {
        connected = connecting => connected?,
        () = &mut timed_out => {
            anyhow::bail!("the API server did not answer in the time that --for gives");
        }
    };

    let failure = Failure::default();
    let mux = failure.stops(MultiplexingWatcher::new());
    for served in &served {
        mux.add_watcher(watcher(&cluster.client, served, &args));
    }
    let mut events = mux.stream(StreamOptions::managed());
    let members = mux.members();
    let told_by = members.iter().map(|member| (member.source().to_string(), member.status()));
    let notices = notices::tell(told_by.collect());
    tokio::pin!(notices);
    let mut printer = Printer {
        output: Output::new(args.output, served.len() > 1),
        singulars: served.iter().map(|s| (s.resource.to_string(), s.singular.as_str())).collect(),
        left: args.count,
    };
    loop {
        let item = tokio::select! {
            biased;
            () = &mut timed_out => return Ok(()),
            () = output::closed() => return Ok(()),
            () = &mut notices => continue,
            item = events.next() => item,
        };
        // What has come already shares one write.
        let more = std::iter::from_fn(|| events.next().now_or_never()).take(BATCH);
        for item in std::iter::once(item).chain(more) {
            let Some(item) = item else {
                // What came before is still told.
                let _ = printer.flush();
                return failure.result();
            };
            if printer.print(item)?.is_break() {
                return Ok(());
            }
        }
        if printer.flush()?.is_break() {
            return Ok(());
        }
    }
}

fn watcher(
    client: &watchables::Client,
    served: &ServedResource,
    args: &WatchArgs,
) -> Watcher<DynamicObject> {
    let mut watcher = Watcher::for_resource(client.clone(), served.resource.clone());
    // As kubectl does: a namespace says nothing of kinds that have none.
    if let (Some(namespace), Scope::Namespaced) = (&args.namespace, served.resource.scope()) {
        watcher = watcher.namespace(namespace);
    }
    if let Some(selector) = &args.selector {
        watcher = watcher.label_selector(selector);
    }
    if let Some(selector) = &args.field_selector {
        watcher = watcher.field_selector(selector);
    }
    watcher
}

/// The first failure of a watcher, which ends all.
#[derive(Clone, Default)]
struct Failure(Arc<Mutex<Option<WatchError>>>);

impl Failure {
    fn stops(&self, mux: MultiplexingWatcher<DynamicObject>) -> MultiplexingWatcher<DynamicObject> {
        let Self(failure) = self.clone();
        mux.on_error_async(move |mux, _, error| {
            failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            mux.stop();
            ready(false)
        })
    }

    fn result(&self) -> anyhow::Result<()> {
        let error = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Prints events until there have been enough.
struct Printer<'a> {
    output: Output,
    singulars: HashMap<String, &'a str>,
    left: Option<u64>,
}

impl Printer<'_> {
    fn print(&mut self, item: Item) -> anyhow::Result<ControlFlow<()>> {
        let event = match item {
            Ok(event) => event,
            Err(error) => {
                eprintln!("watchables: {}", failure::line(&error.into()));
                return Ok(ControlFlow::Continue(()));
            }
        };
        let singular = self.singulars.get(event.source.as_str()).copied().unwrap_or_default();
        if told(self.output.event(&event, singular))?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
            if *left == 0 {
                let _ = self.flush()?;
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn flush(&mut self) -> anyhow::Result<ControlFlow<()>> {
        told(self.output.flush())
    }
}

/// Whether there is still somebody to write for.
fn told(written: std::io::Result<()>) -> anyhow::Result<ControlFlow<()>> {
    match written {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if output::is_closed(&error) => Ok(ControlFlow::Break(())),
        Err(error) => Err(error).context("cannot write to standard output"),
    }
}
