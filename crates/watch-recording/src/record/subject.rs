//! What a recording is of: its sources, and the server.

use jiff::Timestamp;
use kube_client::Client;
use watch_runtime::Watcher;
use watchable_core::DynamicObject;

use crate::header::{Header, RecordedResource, Redaction, VERSION};

/// Returns what is recorded of a watcher, whose source may have a name.
pub(super) fn recorded(name: Option<&str>, watcher: &Watcher<DynamicObject>) -> RecordedResource {
    let restrictions = watcher.restrictions();
    let mut recorded = RecordedResource::new(watcher.resource().clone());
    if let Some(name) = name {
        name.clone_into(&mut recorded.source);
    }
    recorded.namespace = restrictions.namespace;
    recorded.label_selector = restrictions.label_selector;
    recorded.field_selector = restrictions.field_selector;
    recorded
}

/// Returns what is wrong with the sources.
pub(super) fn fault(resources: &[RecordedResource]) -> Option<String> {
    if resources.is_empty() {
        return Some("nothing is to be recorded; add a watcher".to_owned());
    }
    let mut names: Vec<_> = resources.iter().map(|resource| &resource.source).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1])?;
    Some(format!("two watchers have the name {:?}; give one of them another name", twice[0]))
}

/// Returns the header of a recording that begins now.
pub(super) async fn header(
    client: &Client,
    cluster: Option<String>,
    resources: Vec<RecordedResource>,
    redaction: Redaction,
) -> Header {
    let release = match client.apiserver_version().await {
        Ok(info) => format!("{}.{}", info.major, info.minor.trim_end_matches('+')),
        Err(error) => {
            tracing::warn!(%error, "the API server's release is not known");
            String::new()
        }
    };
    let (version, started) = (VERSION.to_owned(), Timestamp::now());
    Header { version, cluster, release, started, resources, redaction, part: 1 }
}
