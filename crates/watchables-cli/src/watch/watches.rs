//! All watches: of each resource, namespace and named object, in each cluster.

use std::collections::HashMap;
use std::future::{pending, ready};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::watch::Receiver;
use watchables::{
    Client, DynamicObject, Meta, MultiplexingWatcher, TableRow, WatchError, WatchStatus,
};

use super::empty::{self, Watched};
use super::list_size::ListSize;
use super::parts::{Part, Selection, parts};
use super::progress::Progress;
use super::seen::Seen;
use super::settled;
use super::start::{Found, Started};
use crate::args::WatchArgs;
use crate::cluster::Cluster;
use crate::output::Source;
use crate::say::say;
use crate::{failure, notices};

/// How long a watch that does not become live holds up what the others have: for the widths of columns, and for the order.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(1);
const SETTLE_TIMEOUT_TO_SORT: Duration = Duration::from_mins(1);

/// All watches.
pub(crate) struct Watches {
    pub(crate) mux: MultiplexingWatcher<Seen>,
    /// By the name of the watch.
    pub(crate) sources: HashMap<String, Source>,
    /// By the name of the watch, in the order in which they were added.
    pub(crate) statuses: Vec<(String, Receiver<WatchStatus>)>,
    /// How far the first states are.
    pub(crate) progress: Rc<Progress>,
    has_several_clusters: bool,
    settle_timeout: Duration,
    /// The clusters that are left out.
    absent: Vec<Arc<str>>,
    last_error: LastError,
    /// The demo cluster ends with it.
    clusters: Vec<Cluster>,
    reports: FuturesUnordered<LocalBoxFuture<'static, ()>>,
}

impl Watches {
    /// Creates it without any. With several clusters, an error only ends its watch.
    pub(crate) fn new(has_several_clusters: bool, args: &WatchArgs) -> Self {
        let last_error = LastError::default();
        let mux = MultiplexingWatcher::new();
        let progress = Rc::new(Progress::new());
        Self {
            mux: last_error.kept_of(mux, has_several_clusters),
            sources: HashMap::new(),
            statuses: Vec::new(),
            progress: progress.clone(),
            has_several_clusters,
            settle_timeout: if args.sort_by.is_some() {
                SETTLE_TIMEOUT_TO_SORT
            } else {
                SETTLE_TIMEOUT
            },
            absent: Vec::new(),
            last_error,
            clusters: Vec::new(),
            reports: FuturesUnordered::from_iter([
                async move { progress.show().await }.boxed_local()
            ]),
        }
    }

    /// Adds those of a cluster.
    pub(crate) fn add(&mut self, started: Started, args: &WatchArgs) {
        let Found { label, cluster, targets } = match started {
            Started::Found(found) => *found,
            Started::Absent(label) => return self.absent.push(label),
        };
        let is_qualified = targets.len() > 1;
        let (mut watched, mut statuses) = (Vec::new(), Vec::new());
        for part in parts(&targets, args.watched.namespaces()) {
            let name = match &label {
                Some(label) => format!("{label} {}", part.key),
                None => part.key.clone(),
            };
            let status = self.add_one(&name, &cluster.client, &part, args);
            watched.push(Watched {
                what: part.what(),
                namespace: part.namespace.map(str::to_owned),
                status: status.clone(),
            });
            let served = part.target.served.clone();
            let size = ListSize::new(cluster.client.clone(), &served.resource, part.namespace);
            self.progress.add(served.resource.plural(), status.clone(), size);
            let number = self.statuses.len();
            let source = Source { number, cluster: label.clone(), served, is_qualified };
            self.sources.insert(name.clone(), source);
            self.statuses.push((name.clone(), status.clone()));
            statuses.push((name, status));
        }
        let selectors = empty::Selectors::of(args);
        let empty = empty::report(cluster.client.clone(), watched, label, selectors);
        self.clusters.push(cluster);
        self.reports.push(notices::report(statuses).boxed_local());
        self.reports.push(empty.boxed_local());
    }

    /// Adds a watch, of rows of a table if columns are printed. Returns its status.
    fn add_one(
        &self,
        name: &str,
        client: &Client,
        part: &Part<'_>,
        args: &WatchArgs,
    ) -> Receiver<WatchStatus> {
        let needs_objects =
            args.diff.is_some() || args.expressions.are_given() || args.sort_by.is_some();
        // They are not compared, and half of what is kept of an object.
        let selection = Selection::of(&args.watched, args.diff.is_none());
        match (args.prints_columns(), needs_objects) {
            (false, _) => part.add_to::<DynamicObject>(&self.mux, name, client, selection),
            (true, false) => {
                part.add_to::<TableRow<Meta<DynamicObject>>>(&self.mux, name, client, selection)
            }
            (true, true) => {
                part.add_to::<TableRow<DynamicObject>>(&self.mux, name, client, selection)
            }
        }
    }

    /// Resolves when what exists at the start was delivered of those that were added so far, or should have been.
    pub(crate) fn settled(&self) -> LocalBoxFuture<'static, ()> {
        let statuses = self.statuses.iter().map(|(_, status)| status.clone()).collect();
        settled::settled(statuses, self.settle_timeout).boxed_local()
    }

    /// Reports how they are. Never resolves.
    pub(crate) async fn report(&mut self) {
        while self.reports.next().await.is_some() {}
        pending::<()>().await;
    }

    /// Whether there are several clusters, of which some may be left out.
    pub(crate) fn has_several_clusters(&self) -> bool {
        self.has_several_clusters
    }

    /// Whether a watch of this name is of a cluster that is left out.
    pub(crate) fn is_absent(&self, name: &str) -> bool {
        let is_of =
            |label: &str| name.strip_prefix(label).is_some_and(|rest| rest.starts_with(' '));
        self.absent.iter().any(|label| is_of(label))
    }

    /// Returns the error with which the last watch ended.
    pub(crate) fn take_error(&self) -> anyhow::Error {
        match self.last_error.lock().take() {
            Some(error) => error.into(),
            None => anyhow!("no watch is left"),
        }
    }
}

/// The error of the watcher that ended last.
#[derive(Clone, Default)]
struct LastError(Arc<Mutex<Option<WatchError>>>);

impl LastError {
    fn lock(&self) -> MutexGuard<'_, Option<WatchError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the multiplexer keep it, and stop at the first one, or report it and go on with the others.
    fn kept_of(&self, mux: MultiplexingWatcher<Seen>, goes_on: bool) -> MultiplexingWatcher<Seen> {
        let last = self.clone();
        mux.on_error_async(move |mux, member, error| {
            if goes_on {
                say!("{}: {}", member.source(), failure::one_line_of(&error));
                *last.lock() = Some(error);
            } else {
                last.lock().get_or_insert(error);
                mux.stop();
            }
            ready(false)
        })
    }
}
