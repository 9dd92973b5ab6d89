//! `watchables watch`: the events of one or more resources on standard output.

mod empty;
mod seen;
mod settled;
mod targets;

use std::collections::HashMap;
use std::future::{pending, ready};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::watch::Receiver;
use watchables::{
    Accepts, Client, DynamicObject, DynamicTarget, Meta, MultiplexingWatcher, MuxMember,
    NamespacedWatch, Origin, Scope, ServedResource, StreamOptions, TableRow, WatchError,
    WatchEvent, WatchStatus, Watcher,
};

use crate::args::{Format, WatchArgs};
use crate::differences::{Differences, Shown};
use crate::output::{self, Output};
use crate::resources::{Finder, Waiting};
use crate::{cluster, failure, interrupt, notices};

pub(crate) use seen::Row;

use empty::Watched;
use seen::Seen;
use targets::Target;

/// How many more events share a write before the loop checks again whether to end.
const BATCH: usize = 256;

type Item = Result<WatchEvent<Seen>, WatchError>;

/// Watches until Ctrl-C, for `--count` events, for the time of `--for`, or until the reader of
/// standard output closes the pipe.
///
/// # Errors
///
/// If the cluster cannot be reached, a resource cannot be watched, or a watcher fails.
pub(crate) async fn run(args: WatchArgs) -> anyhow::Result<()> {
    let mut interrupted = interrupt::interrupted();
    tokio::select! {
        result = watch(args) => result,
        // Also while connecting.
        _ = &mut interrupted => Ok(()),
    }
}

async fn watch(args: WatchArgs) -> anyhow::Result<()> {
    check(&args)?;
    let differences = args.diff.then(|| Differences::new(&args.ignore)).transpose()?;
    // Before connecting: `--for` also limits the wait for a server that does not respond.
    let deadline = args.duration.map(tokio::time::sleep);
    let timed_out = async {
        match deadline {
            Some(sleep) => sleep.await,
            None => pending().await,
        }
    };
    tokio::pin!(timed_out);

    let target = cluster::Target::find(&args.cluster)?;
    let plugin = target.plugin();
    let cluster = tokio::select! {
        connected = target.connect() => connected?,
        () = &mut timed_out => {
            let plugin = plugin.unwrap_or_default();
            anyhow::bail!(
                "the exec plugin {plugin:?} did not give a credential within the time set by --for"
            );
        }
        () = output::closed() => return Ok(()),
    };
    let waiting = Waiting::default();
    let resolving = async {
        let has_deadline = args.duration.is_some();
        let finder = Finder::new(&cluster.client, has_deadline, args.give_up_after, &waiting);
        let targets = targets::find(&finder, &args.resources).await;
        let targets = targets.with_context(|| format!("the API server {}", cluster.url))?;
        anyhow::Ok(targets)
    };
    let targets = tokio::select! {
        targets = resolving => targets?,
        () = &mut timed_out => match waiting.cause() {
            Some(cause) => anyhow::bail!("{cause}; gave up after the time set by --for"),
            None => anyhow::bail!("the API server did not respond within the time set by --for"),
        },
        () = output::closed() => return Ok(()),
    };

    let first_error = FirstError::default();
    let mux = first_error.stop_on_error(MultiplexingWatcher::new());
    let mut sources = HashMap::new();
    let mut watched = Vec::new();
    for (name, part) in parts(&targets, &args) {
        let (client, part, args) = (&cluster.client, &part, &args);
        let status = match (args.prints_columns(), args.diff) {
            (false, _) => add::<DynamicObject>(&mux, &name, client, part, args),
            (true, false) => add::<TableRow<Meta<DynamicObject>>>(&mux, &name, client, part, args),
            (true, true) => add::<TableRow<DynamicObject>>(&mux, &name, client, part, args),
        };
        let namespace = part.namespace.map(str::to_owned);
        watched.push(Watched { what: part.what(), namespace, status });
        sources.insert(name, part.served);
    }
    let mut events = mux.stream(StreamOptions::managed());
    let members = mux.members();
    let watches = members.iter().map(|member| (member.source().to_string(), member.status()));
    let notices = notices::report(watches.collect());
    let empty = empty::report(cluster.client.clone(), watched);
    let settled = settled::settled(members.iter().map(MuxMember::status).collect());
    tokio::pin!(notices, empty, settled);
    let mut printer = Printer {
        output: Output::new(&args, targets.len() > 1),
        args: &args,
        sources,
        differences,
        remaining: args.count,
    };
    let mut is_settled = false;
    loop {
        let item = tokio::select! {
            biased;
            () = &mut timed_out => return printer.finish().map(drop),
            () = output::closed() => return Ok(()),
            () = &mut notices => continue,
            () = &mut empty => continue,
            item = events.next() => item,
            () = &mut settled, if !is_settled => {
                is_settled = true;
                printer.output.release();
                if printer.flush()?.is_break() {
                    return Ok(());
                }
                continue;
            }
        };
        // Events that are already available share one write.
        let ready_items = std::iter::from_fn(|| events.next().now_or_never()).take(BATCH);
        for item in std::iter::once(item).chain(ready_items) {
            let Some(item) = item else {
                // Print the events before the error.
                let _ = printer.finish();
                return first_error.take_result();
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

/// Checks that the options go together.
fn check(args: &WatchArgs) -> anyhow::Result<()> {
    if args.diff && !(args.output == Format::Text || args.prints_columns()) {
        bail!("--diff prints lines of text below each event: use it with -o text, table or wide");
    }
    let has_headers = args.prints_columns() || matches!(args.output, Format::CustomColumns(_));
    if args.no_headers && !has_headers {
        bail!("--no-headers is about columns: use it with -o table, wide or custom-columns");
    }
    if args.show_labels && !args.prints_columns() {
        bail!("--show-labels is about columns: use it with -o table or wide");
    }
    Ok(())
}

/// One watch: a resource, or an object of it, in one namespace or all.
struct Part<'a> {
    served: &'a ServedResource,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

impl Part<'_> {
    /// Returns what is watched, for notices: `pods`, or `pod "web-1"`.
    fn what(&self) -> String {
        match self.name {
            Some(name) => format!("{} {name:?}", self.served.singular),
            None => self.served.singular.clone(),
        }
    }
}

/// Returns the watches of the targets, by names that are all different.
fn parts<'a>(targets: &'a [Target], args: &'a WatchArgs) -> Vec<(String, Part<'a>)> {
    let mut namespaces: Vec<_> = args.namespace.iter().map(|name| Some(name.trim())).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let mut parts = Vec::new();
    for Target { served, names } in targets {
        // As in kubectl, the namespace does not apply to cluster-scoped resources.
        let is_everywhere = namespaces.is_empty() || served.resource.scope() == Scope::Cluster;
        let within = if is_everywhere { &[None][..] } else { &namespaces };
        let mut named: Vec<_> = names.iter().map(|name| Some(name.as_str())).collect();
        if named.is_empty() {
            named.push(None);
        }
        for namespace in within {
            for name in &named {
                let mut key = served.resource.to_string();
                if let Some(namespace) = namespace {
                    key = format!("{key}:{namespace}");
                }
                if let Some(name) = name {
                    key = format!("{key}/{name}");
                }
                parts.push((key, Part { served, namespace: *namespace, name: *name }));
            }
        }
    }
    parts
}

/// Adds a watch that requests objects or rows of a table. Returns its status.
fn add<T>(
    mux: &MultiplexingWatcher<Seen>,
    name: &str,
    client: &Client,
    part: &Part<'_>,
    args: &WatchArgs,
) -> Receiver<WatchStatus>
where
    T: DynamicTarget + NamespacedWatch + 'static,
    Seen: Accepts<T>,
{
    let watcher = watcher::<T>(client, part, args);
    let status = watcher.status();
    mux.add_watcher_as(name, watcher);
    status
}

fn watcher<T: DynamicTarget + NamespacedWatch>(
    client: &Client,
    part: &Part<'_>,
    args: &WatchArgs,
) -> Watcher<T> {
    let mut watcher = Watcher::for_resource(client.clone(), part.served.resource.clone());
    watcher = watcher.compression(args.compress);
    if let Some(namespace) = part.namespace {
        watcher = watcher.namespace(namespace);
    }
    if let Some(time) = args.give_up_after {
        watcher = watcher.give_up_after(time);
    }
    if let Some(selector) = &args.selector {
        watcher = watcher.label_selector(selector);
    }
    let named = part.name.map(|name| format!("metadata.name={name}"));
    let fields: Vec<_> = named.as_ref().into_iter().chain(&args.field_selector).cloned().collect();
    if !fields.is_empty() {
        watcher = watcher.field_selector(fields.join(","));
    }
    if args.diff {
        // They are not compared, and half of what is kept of an object.
        watcher = watcher.without_managed_fields();
    }
    watcher
}

/// The first error of a watcher, which stops all watchers.
#[derive(Clone, Default)]
struct FirstError(Arc<Mutex<Option<WatchError>>>);

impl FirstError {
    /// Makes the multiplexer record the first error and stop.
    fn stop_on_error(&self, mux: MultiplexingWatcher<Seen>) -> MultiplexingWatcher<Seen> {
        let Self(first_error) = self.clone();
        mux.on_error_async(move |mux, _, error| {
            first_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            mux.stop();
            ready(false)
        })
    }

    /// Returns the recorded error, if any.
    fn take_result(&self) -> anyhow::Result<()> {
        let error = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Prints events, and counts them down to the limit of `--count`.
struct Printer<'a> {
    output: Output,
    args: &'a WatchArgs,
    /// By the name of the watch.
    sources: HashMap<String, &'a ServedResource>,
    differences: Option<Differences>,
    remaining: Option<u64>,
}

impl Printer<'_> {
    /// Prints an event on standard output, or an error on standard error. Breaks at the limit, or
    /// if standard output is closed.
    fn print(&mut self, item: Item) -> anyhow::Result<ControlFlow<()>> {
        let (event, row) = match item {
            Ok(WatchEvent { etype, obj: Seen { object: obj, row }, origin, source }) => {
                (WatchEvent { etype, obj, origin, source }, row)
            }
            Err(error) => {
                eprintln!("watchables: {}", failure::one_line(&error.into()));
                return Ok(ControlFlow::Continue(()));
            }
        };
        let shown = match &mut self.differences {
            Some(differences) => differences.take(&event),
            None => Shown::Changes(Vec::new()),
        };
        let Some(served) = self.sources.get(event.source.as_str()) else {
            return Ok(ControlFlow::Continue(()));
        };
        if shown == Shown::Nothing || !self.is_wanted(&event) {
            return Ok(ControlFlow::Continue(()));
        }
        if check_write(self.output.write_event(&event, &row, served, &shown))?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if let Some(remaining) = &mut self.remaining {
            *remaining -= 1;
            if *remaining == 0 {
                let _ = self.finish()?;
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn is_wanted(&self, event: &WatchEvent<DynamicObject>) -> bool {
        let only = &self.args.only;
        (only.is_empty() || only.iter().any(|name| name.is(event.etype)))
            && !(self.args.since_now && event.origin == Origin::Initial)
    }

    fn flush(&mut self) -> anyhow::Result<ControlFlow<()>> {
        check_write(self.output.flush())
    }

    /// Prints what is held back, too.
    fn finish(&mut self) -> anyhow::Result<ControlFlow<()>> {
        check_write(self.output.finish())
    }
}

/// Breaks if standard output is closed.
fn check_write(result: std::io::Result<()>) -> anyhow::Result<ControlFlow<()>> {
    match result {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if output::is_broken_pipe(&error) => Ok(ControlFlow::Break(())),
        Err(error) => Err(error).context("cannot write to standard output"),
    }
}
