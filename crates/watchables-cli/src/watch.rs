//! `watchables watch`: the events of one or more resources on standard output.

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
use crate::resources::Waiting;
use crate::{cluster, failure, interrupt, notices, resources};

/// How many more events share a write before the loop checks again whether to end.
const BATCH: usize = 256;

type Item = Result<WatchEvent<DynamicObject>, WatchError>;

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
        let served = resources::resolve(
            &cluster.client,
            &args.resources,
            has_deadline,
            args.give_up_after,
            &waiting,
        )
        .await;
        let served = served.with_context(|| format!("the API server {}", cluster.url))?;
        anyhow::Ok(served)
    };
    let served = tokio::select! {
        served = resolving => served?,
        () = &mut timed_out => match waiting.cause() {
            Some(cause) => anyhow::bail!("{cause}; gave up after the time set by --for"),
            None => anyhow::bail!("the API server did not respond within the time set by --for"),
        },
        () = output::closed() => return Ok(()),
    };

    let first_error = FirstError::default();
    let mux = first_error.stop_on_error(MultiplexingWatcher::new());
    for served in &served {
        mux.add_watcher(watcher(&cluster.client, served, &args));
    }
    let mut events = mux.stream(StreamOptions::managed());
    let members = mux.members();
    let watches = members.iter().map(|member| (member.source().to_string(), member.status()));
    let notices = notices::report(watches.collect());
    tokio::pin!(notices);
    let mut printer = Printer {
        output: Output::new(args.output, served.len() > 1),
        singulars: served.iter().map(|s| (s.resource.to_string(), s.singular.as_str())).collect(),
        remaining: args.count,
    };
    loop {
        let item = tokio::select! {
            biased;
            () = &mut timed_out => return Ok(()),
            () = output::closed() => return Ok(()),
            () = &mut notices => continue,
            item = events.next() => item,
        };
        // Events that are already available share one write.
        let ready_items = std::iter::from_fn(|| events.next().now_or_never()).take(BATCH);
        for item in std::iter::once(item).chain(ready_items) {
            let Some(item) = item else {
                // Print the events before the error.
                let _ = printer.flush();
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

fn watcher(
    client: &watchables::Client,
    served: &ServedResource,
    args: &WatchArgs,
) -> Watcher<DynamicObject> {
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

/// The first error of a watcher, which stops all watchers.
#[derive(Clone, Default)]
struct FirstError(Arc<Mutex<Option<WatchError>>>);

impl FirstError {
    /// Makes the multiplexer record the first error and stop.
    fn stop_on_error(
        &self,
        mux: MultiplexingWatcher<DynamicObject>,
    ) -> MultiplexingWatcher<DynamicObject> {
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
    singulars: HashMap<String, &'a str>,
    remaining: Option<u64>,
}

impl Printer<'_> {
    /// Prints an event on standard output, or an error on standard error. Breaks at the limit, or
    /// if standard output is closed.
    fn print(&mut self, item: Item) -> anyhow::Result<ControlFlow<()>> {
        let event = match item {
            Ok(event) => event,
            Err(error) => {
                eprintln!("watchables: {}", failure::one_line(&error.into()));
                return Ok(ControlFlow::Continue(()));
            }
        };
        let singular = self.singulars.get(event.source.as_str()).copied().unwrap_or_default();
        if check_write(self.output.write_event(&event, singular))?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if let Some(remaining) = &mut self.remaining {
            *remaining -= 1;
            if *remaining == 0 {
                let _ = self.flush()?;
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn flush(&mut self) -> anyhow::Result<ControlFlow<()>> {
        check_write(self.output.flush())
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
