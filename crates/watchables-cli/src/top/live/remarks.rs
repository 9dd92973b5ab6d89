//! What deserves a look although the watches are live: namespaces that do not exist, and clusters that are left out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use futures::future::join_all;
use watchables::Client;

use crate::namespaces;

/// How often it is looked whether a namespace exists by now.
const INTERVAL: Duration = Duration::from_secs(10);

/// The clients of the clusters, and their names, if there are several. Clusters may join.
pub(super) type Clients = Rc<RefCell<Vec<(Option<Arc<str>>, Client)>>>;

/// What is said, by what it is of.
#[derive(Default)]
pub(super) struct Remarks {
    /// Of namespaces.
    pub(super) missing: Option<String>,
    /// Why clusters are left out, by their names.
    pub(super) absent: BTreeMap<Arc<str>, String>,
}

impl Remarks {
    /// Returns all in a line.
    pub(super) fn line(&self) -> Option<String> {
        let absent = self.absent.iter();
        let absent =
            absent.map(|(label, cause)| format!("{label} is left out, and tried again: {cause}"));
        // Those of clusters are long.
        let all: Vec<_> = self.missing.clone().into_iter().chain(absent).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// Returns which of the namespaces do not exist, each time until the next.
pub(super) fn missing(
    clients: Clients,
    namespaces: Vec<String>,
) -> impl Stream<Item = Option<String>> {
    futures::stream::unfold(true, move |is_first| {
        let (clients, namespaces) = (Rc::clone(&clients), namespaces.clone());
        async move {
            if !is_first {
                tokio::time::sleep(INTERVAL).await;
            }
            let clients = clients.borrow().clone();
            let mut said = Vec::new();
            for (name, client) in &clients {
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
            Some(((!said.is_empty()).then(|| said.join("; ")), false))
        }
    })
}
