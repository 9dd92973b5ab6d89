//! Resources on the command line, resolved by the server's discovery.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::bail;
use watchables::discovery::Discovery;
use watchables::{Client, ServedResource};

use crate::failure;

/// Without `--for`: how long groups that are unavailable are requested again for a resource that no
/// other group has. The name may as well be misspelled.
const UNKNOWN_RETRY_LIMIT: Duration = Duration::from_mins(1);

/// Why resources are not resolved yet, once a request has failed and is retried.
#[derive(Default)]
pub(crate) struct Waiting(RefCell<Option<String>>);

impl Waiting {
    /// Returns the last failure, on one line.
    pub(crate) fn cause(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Records a failure, and prints it unless it is that of the last attempt.
    fn record(&self, cause: String) {
        let mut last = self.0.borrow_mut();
        if last.as_ref() != Some(&cause) {
            eprintln!("watchables: {cause}; retrying");
            *last = Some(cause);
        }
    }
}

/// Returns the resources with these names, without duplicates. Retries failures that may pass for the time of
/// `give_up_after`; without it and with `has_deadline`, until the caller drops the future.
///
/// # Errors
///
/// If the server does not serve a resource, or does not support watching it.
pub(crate) async fn resolve(
    client: &Client,
    names: &[String],
    has_deadline: bool,
    give_up_after: Option<Duration>,
    waiting: &Waiting,
) -> anyhow::Result<Vec<ServedResource>> {
    let discovery = Discovery::new(client.clone());
    let mut resources: Vec<ServedResource> = Vec::new();
    let names: Vec<_> = names.iter().map(|name| name.trim()).filter(|n| !n.is_empty()).collect();
    if names.is_empty() {
        bail!("no resource is named");
    }
    for name in names {
        let started = Instant::now();
        let found = discovery.find_with_retry(name, |error, _| {
            let is_limited = error.unknown().is_some() && !has_deadline;
            let limit = give_up_after.or(is_limited.then_some(UNKNOWN_RETRY_LIMIT));
            let retries = limit.is_none_or(|limit| started.elapsed() < limit);
            if retries {
                waiting.record(failure::one_line_of(error));
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
        if resources.iter().all(|other| other.resource != served.resource) {
            resources.push(served);
        }
    }
    Ok(resources)
}
