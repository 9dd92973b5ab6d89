//! What is watched: of the clusters that were there at the start, and of those that joined.

use std::rc::Rc;

use watch_terminal::{App, KindSetup};
use watchables::{DynamicObject, MultiplexingWatcher, ResourceInfo, TableRow};

use super::clusters::{self, Found};
use super::remarks::Clients;
use super::server_columns;
use super::sources::Sources;
use super::watched::Watched;
use crate::args::TopArgs;
use crate::cluster::Cluster;
use crate::watch::Seen;
use crate::watch::parts::{Part, Selection, parts};

/// All watches.
pub(super) struct Watching<'a> {
    mux: &'a MultiplexingWatcher<Seen>,
    args: &'a TopArgs,
    pub(super) sources: Sources,
    pub(super) watches: Vec<Watched>,
    /// Of the kinds, each once. Clusters may serve it in different versions.
    pub(super) resources: Vec<ResourceInfo>,
    /// Of the clusters.
    pub(super) names: Vec<String>,
    clients: Clients,
    /// The demo cluster ends with it.
    clusters: Vec<Cluster>,
}

/// What the screen does not have yet.
#[derive(Default)]
pub(super) struct Added {
    pub(super) clusters: Vec<String>,
    pub(super) kinds: Vec<KindSetup>,
    pub(super) watches: Vec<String>,
}

impl<'a> Watching<'a> {
    /// Creates it without any.
    pub(super) fn new(mux: &'a MultiplexingWatcher<Seen>, args: &'a TopArgs) -> Self {
        Self {
            mux,
            args,
            sources: Sources::default(),
            watches: Vec::new(),
            resources: Vec::new(),
            names: Vec::new(),
            clients: Clients::default(),
            clusters: Vec::new(),
        }
    }

    /// Returns the clients of all clusters, also of those that join later.
    pub(super) fn clients(&self) -> Clients {
        Rc::clone(&self.clients)
    }

    /// Adds the watches of a cluster. Returns what the screen has to show in addition, in the order of the places.
    pub(super) fn add(&mut self, found: Found) -> Added {
        let mut added = Added { clusters: vec![found.name().to_owned()], ..Added::default() };
        let cluster = self.names.len();
        let selection = Selection::of(&self.args.watched, false);
        for part in parts(&found.targets, self.args.watched.namespaces()) {
            let resource = &part.target.served.resource;
            let kind = self.place_of(resource).unwrap_or_else(|| {
                self.resources.push(resource.clone());
                added.kinds.push(clusters::kind(&part.target.served));
                self.resources.len() - 1
            });
            let name = match &found.label {
                Some(cluster) => format!("{cluster}: {}", label(&part)),
                None => label(&part),
            };
            let client = &found.cluster.client;
            let status = if server_columns::are_wanted(resource) {
                part.add_to::<TableRow<DynamicObject>>(self.mux, &name, client, selection)
            } else {
                part.add_to::<DynamicObject>(self.mux, &name, client, selection)
            };
            self.watches.push(Watched { name: name.clone(), status, last: None });
            self.sources.places.insert(name.clone(), (kind, cluster));
            added.watches.push(name);
        }
        self.names.extend(added.clusters.iter().cloned());
        self.clients.borrow_mut().push((found.label.clone(), found.cluster.client.clone()));
        self.clusters.push(found.cluster);
        added
    }

    fn place_of(&self, resource: &ResourceInfo) -> Option<usize> {
        self.resources.iter().position(|known| {
            (known.group(), known.plural()) == (resource.group(), resource.plural())
        })
    }
}

impl Added {
    pub(super) fn extend(&mut self, other: Self) {
        self.clusters.extend(other.clusters);
        self.kinds.extend(other.kinds);
        self.watches.extend(other.watches);
    }

    /// Shows it on a screen that has the rest.
    pub(super) fn show(self, app: &mut App) {
        for cluster in self.clusters {
            app.add_cluster(cluster);
        }
        for kind in self.kinds {
            app.add_kind(kind);
        }
        for watch in self.watches {
            app.add_watch(watch);
        }
    }
}

/// Returns how the watch of a part is shown, which differs from those of others.
fn label(part: &Part<'_>) -> String {
    let resource = &part.target.served.resource;
    let mut label = resource.plural().to_owned();
    if !resource.group().is_empty() {
        label = format!("{label}.{}", resource.group());
    }
    if let Some(name) = part.name {
        label = format!("{label}/{name}");
    }
    match part.namespace {
        Some(namespace) => format!("{label} in {namespace}"),
        None => label,
    }
}
