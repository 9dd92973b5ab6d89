//! `watchables watch`: several watchers merged into one stream of lines.

use std::future::pending;
use std::ops::ControlFlow;

use anyhow::Context as _;
use futures::stream::SelectAll;
use futures::{FutureExt as _, StreamExt as _};
use watchables::{
    DynamicObject, Scope, ServedResource, StreamOptions, WatchError, WatchEvent, Watcher,
};

use crate::args::WatchArgs;
use crate::output::{self, Output};
use crate::{cluster, failure, interrupt, names, notices};

/// Lines written before it is looked again whether it is time to end.
const BATCH: usize = 256;

type Item = (usize, Result<WatchEvent<DynamicObject>, WatchError>);

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

    let watchers: Vec<_> = served.iter().map(|s| watcher(&cluster.client, s, &args)).collect();
    let mut events: SelectAll<_> = watchers
        .iter()
        .enumerate()
        .map(|(n, watcher)| watcher.stream(StreamOptions::managed()).map(move |item| (n, item)))
        .collect();
    let told_by = watchers.iter().map(|watcher| (watcher.resource().to_string(), watcher.status()));
    let notices = notices::tell(told_by.collect());
    tokio::pin!(notices);
    let mut printer = Printer {
        output: Output::new(args.output, served.len() > 1),
        served: &served,
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
            let Some(item) = item else { return Ok(()) };
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

/// Prints events until there have been enough.
struct Printer<'a> {
    output: Output,
    served: &'a [ServedResource],
    left: Option<u64>,
}

impl Printer<'_> {
    fn print(&mut self, (n, item): Item) -> anyhow::Result<ControlFlow<()>> {
        let event = match item {
            Ok(event) => event,
            Err(error) if !error.is_terminal() => {
                eprintln!("watchables: {}", failure::line(&error.into()));
                return Ok(ControlFlow::Continue(()));
            }
            Err(error) => {
                // What came before is still told.
                let _ = self.output.flush();
                return Err(error.into());
            }
        };
        if self.write(|output, served| output.event(&event, &served[n].singular))?.is_break() {
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
        self.write(|output, _| output.flush())
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut Output, &[ServedResource]) -> std::io::Result<()>,
    ) -> anyhow::Result<ControlFlow<()>> {
        match write(&mut self.output, self.served) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) if output::is_closed(&error) => Ok(ControlFlow::Break(())),
            Err(error) => Err(error).context("cannot write to standard output"),
        }
    }
}
