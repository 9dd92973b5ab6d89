//! Shows clusters, as they are and as they change.

mod clusters;
mod remarks;
mod server_columns;
mod watched;

use std::collections::HashMap;

use futures::{FutureExt as _, StreamExt as _};
use watch_terminal::{Action, Change, Now, Setup};
use watchables::{DynamicObject, MultiplexingWatcher, StreamOptions, TableRow, WatchEvent};

use super::screen::{Screen, Woken};
use super::write;
use crate::args::TopArgs;
use crate::failure;
use crate::watch::Seen;
use crate::watch::parts::{Part, Selection, parts};

use clusters::Clusters;
use server_columns::ServerColumns;
use watched::{Failures, Watched};

/// How many events are applied before the keys are looked at again.
const BATCH: usize = 256;

/// Shows clusters until the user ends it.
///
/// # Errors
///
/// If no cluster can be reached, a resource is unknown or cannot be watched, or all watches have failed.
pub(super) async fn show(args: &TopArgs) -> anyhow::Result<()> {
    let clusters = Clusters::connect(args).await?;
    let kinds = clusters.kinds();
    let failures = Failures::default();
    let mux = failures.note(MultiplexingWatcher::new());
    let mut watches = Vec::new();
    let mut sources = Sources::default();
    let selection = Selection::of(&args.watched, false);
    for (number, found) in clusters.found.iter().enumerate() {
        for part in parts(&found.targets, args.watched.namespaces()) {
            let resource = &part.target.served.resource;
            let Some(kind) = clusters::place_of(&kinds, resource) else { continue };
            let name = match &found.label {
                Some(cluster) => format!("{cluster}: {}", label(&part)),
                None => label(&part),
            };
            let client = &found.cluster.client;
            let status = if server_columns::are_wanted(resource) {
                part.add_to::<TableRow<DynamicObject>>(&mux, &name, client, selection)
            } else {
                part.add_to::<DynamicObject>(&mux, &name, client, selection)
            };
            watches.push(Watched { name: name.clone(), status, last: None });
            sources.places.insert(name, (kind, number));
        }
    }
    let (resources, kinds): (Vec<_>, Vec<_>) = kinds.into_iter().unzip();
    let names = clusters.names();
    let mut screen = Screen::open(Setup {
        source: names.join(", "),
        kinds,
        clusters: names.clone(),
        watches: watches.iter().map(|watch| watch.name.clone()).collect(),
        theme: super::theme(args.watched.color),
        history_bytes: super::bytes(args.history),
    })?;
    let clients = clusters
        .found
        .iter()
        .map(|found| (found.label.as_deref().map(str::to_owned), found.cluster.client.clone()));
    let namespaces = args.watched.namespaces().to_vec();
    let remarks = remarks::remarks(clients.collect(), namespaces, clusters.absent.clone());
    let mut remarks = std::pin::pin!(remarks);
    let mut events = mux.stream(StreamOptions::managed());
    loop {
        let now = screen.now();
        tokio::select! {
            biased;
            woken = screen.next(now) => match woken {
                Woken::Gone => return Ok(()),
                Woken::Input(input) => match screen.take(input, now)? {
                    Some(Action::Quit) => return Ok(()),
                    Some(Action::Write(file)) => {
                        let said = write::write(&screen.app, &resources, &names, &file, now.time);
                        screen.app.say(said, now);
                    }
                    _ => {}
                },
                Woken::Due => {
                    let now = screen.now();
                    for (place, watch) in watches.iter_mut().enumerate() {
                        if let Some(state) = watch.state(&failures, &screen) {
                            screen.app.set_watch(place, state, now);
                        }
                    }
                    screen.draw(now)?;
                }
            },
            Some(remark) = remarks.next() => screen.app.set_remark(remark),
            event = events.next() => {
                let now = screen.now();
                let ready = std::iter::from_fn(|| events.next().now_or_never()).take(BATCH);
                for event in std::iter::once(event).chain(ready) {
                    match event {
                        Some(Ok(event)) => sources.apply(&mut screen, event, now),
                        Some(Err(error)) => screen.app.say(failure::one_line(&error.into()), now),
                        None => return Err(failures.into_first()),
                    }
                }
            }
        }
    }
}

/// Where events come from.
#[derive(Default)]
struct Sources {
    /// The kind and the cluster, by the name of the watch.
    places: HashMap<String, (usize, usize)>,
    /// By kind, where they are the server's.
    columns: HashMap<usize, ServerColumns>,
}

impl Sources {
    fn apply(&mut self, screen: &mut Screen, event: WatchEvent<Seen>, now: Now) {
        let WatchEvent { etype, obj: Seen { object, row }, origin, source, .. } = event;
        let Some((kind, cluster)) = self.places.get(source.as_str()).copied() else { return };
        if let Some(columns) = &row.columns {
            let columns = ServerColumns::of(columns);
            screen.app.set_columns(kind, columns.columns());
            self.columns.insert(kind, columns);
        }
        let namespace = object.namespace().unwrap_or_default().to_owned();
        let name = object.name().unwrap_or_default().to_owned();
        let object = object.into_json();
        let cells = match (self.columns.get(&kind), &row.cells) {
            (Some(columns), Some(cells)) => Some(columns.cells(cells, &object)),
            _ => None,
        };
        let change = Change { kind, cluster, etype, origin, namespace, name, object, cells };
        screen.app.apply(change, now);
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
