//! What deserves a look although the watches are live: namespaces that do not exist, and clusters that are left out.

use std::time::Duration;

use futures::Stream;
use futures::future::join_all;
use watchables::Client;

use crate::namespaces;

/// How often it is looked whether a namespace exists by now.
const INTERVAL: Duration = Duration::from_secs(10);

/// Returns the remarks, each until the next. `clusters` are their names, if there are several, and their clients.
pub(super) fn remarks(
    clusters: Vec<(Option<String>, Client)>,
    namespaces: Vec<String>,
    absent: Vec<String>,
) -> impl Stream<Item = Option<String>> {
    futures::stream::unfold(true, move |is_first| {
        let (clusters, namespaces) = (clusters.clone(), namespaces.clone());
        let absent = absent.clone();
        async move {
            if !is_first {
                tokio::time::sleep(INTERVAL).await;
            }
            let mut said = Vec::new();
            for (name, client) in &clusters {
                let looked_up =
                    namespaces.iter().map(|namespace| namespaces::is_missing(client, namespace));
                let missing = namespaces.iter().zip(join_all(looked_up).await);
                let missing = missing.filter(|(_, is_missing)| *is_missing);
                let missing: Vec<_> = missing.map(|(name, _)| name.clone()).collect();
                if !missing.is_empty() {
                    let verb = if missing.len() == 1 { "is" } else { "are" };
                    let place = name.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
                    said.push(format!("there {verb} no {}{place}", namespaces::listed(&missing)));
                }
            }
            // Those are long.
            said.extend(absent);
            Some(((!said.is_empty()).then(|| said.join("; ")), false))
        }
    })
}
