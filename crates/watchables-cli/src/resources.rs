//! Resources on the command line, resolved by the server's discovery.

use anyhow::bail;
use watchables::discovery::Discovery;
use watchables::{Client, ServedResource};

/// Returns the resources with these names, without duplicates.
///
/// # Errors
///
/// If the server does not serve a resource, or does not support watching it.
pub(crate) async fn resolve(
    client: &Client,
    names: &[String],
) -> anyhow::Result<Vec<ServedResource>> {
    let discovery = Discovery::new(client.clone());
    let mut resources: Vec<ServedResource> = Vec::new();
    for name in names {
        let served = discovery.find(name).await?;
        if !served.is_watchable() {
            bail!(
                "{} cannot be watched: it supports {}, but not watch",
                served.resource,
                served.verbs.join(", ")
            );
        }
        if resources.iter().all(|other| other.resource != served.resource) {
            resources.push(served);
        }
    }
    Ok(resources)
}
