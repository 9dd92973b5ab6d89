//! Resources on the command line, resolved by the server's discovery.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::bail;
use watchables::discovery::Discovery;
use watchables::{Client, ServedResource};

use crate::failure;
use crate::say::say;

/// Without `--for`: how long groups that are unavailable are requested again for a resource that no
/// other group has. The name may as well be misspelled.
const UNKNOWN_RETRY_LIMIT: Duration = Duration::from_mins(1);

/// Why resources are not resolved yet, once a request has failed and is retried.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Which cluster it is, if there are several.
    cluster: Option<String>,
    last: RefCell<Option<String>>,
}

impl Waiting {
    /// Creates it for one of several clusters.
    pub(crate) fn of(cluster: Option<&str>) -> Self {
        Self { cluster: cluster.map(str::to_owned), last: RefCell::default() }
    }

    /// Returns the last failure, on one line.
    pub(crate) fn cause(&self) -> Option<String> {
        self.last.borrow().clone()
    }

    /// Records a failure, and prints it unless it is that of the last attempt.
    fn record(&self, cause: String) {
        let mut last = self.last.borrow_mut();
        if last.as_ref() != Some(&cause) {
            match &self.cluster {
                Some(cluster) => say!("{cluster}: {cause}; retrying"),
                None => say!("{cause}; retrying"),
            }
            *last = Some(cause);
        }
    }
}

/// Finds resources by name. Retries failures that may pass for the time of `give_up_after`; without it and with
/// `has_deadline`, until the caller drops the future.
pub(crate) struct Finder<'a> {
    discovery: Discovery,
    has_deadline: bool,
    give_up_after: Option<Duration>,
    waiting: &'a Waiting,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(
        client: &Client,
        has_deadline: bool,
        give_up_after: Option<Duration>,
        waiting: &'a Waiting,
    ) -> Self {
        Self { discovery: Discovery::new(client.clone()), has_deadline, give_up_after, waiting }
    }

    /// Returns the resource with this name.
    ///
    /// # Errors
    ///
    /// If the server does not serve it, or does not support watching it.
    pub(crate) async fn find(&self, name: &str) -> anyhow::Result<ServedResource> {
        let started = Instant::now();
        let found = self.discovery.find_with_retry(name, |error, _| {
            let is_limited = error.unknown().is_some() && !self.has_deadline;
            let limit = self.give_up_after.or(is_limited.then_some(UNKNOWN_RETRY_LIMIT));
            let retries = limit.is_none_or(|limit| started.elapsed() < limit);
            if retries {
                self.waiting.record(failure::one_line_of(error));
            }
            retries
        });
        let served = found.await?;
        if !served.is_watchable() {
            let verbs = match served.verbs.as_slice() {
                [] => "no verbs".to_owned(),
                verbs => format!("{}, but not watch", verbs.join(", ")),
            };
            bail!("{} cannot be watched: it supports {verbs}", served.resource);
        }
        Ok(served)
    }

    /// Returns the resources that a word names: `pods`, `pods,services`, or a category such as `all`. A
    /// resource takes precedence over a category of that name, as in kubectl.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    pub(crate) async fn find_all(&self, word: &str) -> anyhow::Result<Vec<ServedResource>> {
        let mut resources = Vec::new();
        for name in word.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let found = self.discovery.find(name).await;
            let is_unknown = found.is_err_and(|error| error.unknown().is_some());
            let category = if is_unknown { self.category(name).await } else { Vec::new() };
            if category.is_empty() {
                resources.push(self.find(name).await?);
            } else {
                resources.extend(category);
            }
        }
        Ok(resources)
    }

    /// Returns whether the server has a resource or a category of this name, as far as is known now.
    pub(crate) async fn names_a_resource(&self, name: &str) -> bool {
        self.discovery.find(name).await.is_ok() || !self.category(name).await.is_empty()
    }

    /// Returns the resources of a category that can be watched, each in one version.
    async fn category(&self, name: &str) -> Vec<ServedResource> {
        let served = self.discovery.resources().await.unwrap_or_default();
        let mut found: Vec<ServedResource> = Vec::new();
        for one in served {
            let is_same = |other: &ServedResource| {
                let (one, other) = (&one.resource, &other.resource);
                (one.group(), one.plural()) == (other.group(), other.plural())
            };
            let is_in = one.categories.iter().any(|category| category == name);
            if is_in && one.is_watchable() && !found.iter().any(is_same) {
                found.push(one);
            }
        }
        found
    }
}

/// Returns the resources with these names, without duplicates.
///
/// # Errors
///
/// As [`Finder::find`].
pub(crate) async fn resolve(
    finder: &Finder<'_>,
    names: &[String],
) -> anyhow::Result<Vec<ServedResource>> {
    let mut resources: Vec<ServedResource> = Vec::new();
    let names: Vec<_> = names.iter().map(|name| name.trim()).filter(|n| !n.is_empty()).collect();
    if names.is_empty() {
        bail!("no resource is named");
    }
    for name in names {
        for served in finder.find_all(name).await? {
            if resources.iter().all(|other| other.resource != served.resource) {
                resources.push(served);
            }
        }
    }
    Ok(resources)
}
