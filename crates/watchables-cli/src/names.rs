//! From the names on the command line to what the server serves.

use anyhow::bail;
use watchables::discovery::Discovery;
use watchables::{Client, ServedResource};

/// Finds each name's resource, once.
pub(crate) async fn resolve(
    client: &Client,
    names: &[String],
) -> anyhow::Result<Vec<ServedResource>> {
    let discovery = Discovery::new(client.clone());
    let mut found: Vec<ServedResource> = Vec::new();
    for name in names {
        let served = discovery.find(name).await?;
        if !served.is_watchable() {
            bail!(
                "{} cannot be watched: it offers {}, but no watch",
                served.resource,
                served.verbs.join(", ")
            );
        }
        if found.iter().all(|other| other.resource != served.resource) {
            found.push(served);
        }
    }
    Ok(found)
}
