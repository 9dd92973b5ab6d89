//! Shows a cluster, as it is and as it changes.

mod watched;

use std::collections::HashMap;

use futures::{FutureExt as _, StreamExt as _};
use watch_terminal::{Action, Change, Columns, KindSetup, Now, Setup};
use watchables::{
    DynamicObject, MultiplexingWatcher, ResourceInfo, Scope, ServedResource, StreamOptions,
    WatchEvent,
};

use super::screen::{Screen, Woken};
use super::write;
use crate::args::TopArgs;
use crate::cluster;
use crate::failure;
use crate::resources::{Finder, Waiting};
use crate::watch::parts::{Part, Selection, parts};
use crate::watch::targets::{self, Target};

use watched::{Failures, Watched};

/// What is watched if nothing is named: what runs, why it does, and where.
const USUAL: [&str; 8] = [
    "pods",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "services",
    "nodes",
];
/// How many events are applied before the keys are looked at again.
const BATCH: usize = 256;

/// Shows a cluster until the user ends it.
///
/// # Errors
///
/// If the cluster cannot be reached, a resource is unknown or cannot be watched, or all watches have failed.
pub(super) async fn show(args: &TopArgs) -> anyhow::Result<()> {
    let cluster = cluster::Target::find(&args.cluster)?.connect().await?;
    let waiting = Waiting::default();
    let finder = Finder::new(&cluster.client, false, args.watched.give_up_after(), &waiting);
    let targets = if args.resources.is_empty() {
        usual(&finder).await
    } else {
        targets::find(&finder, &args.resources).await
    };
    let targets = targets.map_err(|error| failure::of_server(error, &cluster.url))?;

    let failures = Failures::default();
    let mux = failures.note(MultiplexingWatcher::new());
    let mut watches = Vec::new();
    let mut sources = HashMap::new();
    let selection = Selection {
        labels: args.watched.selector.as_deref(),
        fields: args.watched.field_selector.as_deref(),
        is_compressed: args.watched.compress,
        give_up_after: args.watched.give_up_after(),
        has_managed_fields: false,
    };
    for part in parts(&targets, args.watched.namespaces()) {
        let name = label(&part);
        let watcher = part.watcher::<DynamicObject>(&cluster.client, selection);
        watches.push(Watched { name: name.clone(), status: watcher.status(), last: None });
        mux.add_watcher_as(&name, watcher);
        sources.insert(name, part.number);
    }
    let resources: Vec<_> = targets.iter().map(|target| target.served.resource.clone()).collect();
    let kinds: Vec<_> = targets.iter().map(|target| kind(&target.served)).collect();
    let mut screen = Screen::open(Setup {
        source: cluster.url.clone(),
        kinds,
        clusters: vec![cluster.url.clone()],
        watches: watches.iter().map(|watch| watch.name.clone()).collect(),
        theme: super::theme(args.watched.color),
        history_bytes: super::bytes(args.history),
    })?;
    let mut events = mux.stream(StreamOptions::managed());
    loop {
        let now = screen.now();
        tokio::select! {
            biased;
            woken = screen.next(now) => match woken {
                Woken::Gone => return Ok(()),
                Woken::Told(input) => match screen.take(input, now)? {
                    Some(Action::Quit) => return Ok(()),
                    Some(Action::Write(file)) => {
                        let said = write::write(&screen.app, &resources, &file, now.time);
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
            event = events.next() => {
                let now = screen.now();
                let ready = std::iter::from_fn(|| events.next().now_or_never()).take(BATCH);
                for event in std::iter::once(event).chain(ready) {
                    match event {
                        Some(Ok(event)) => apply(&mut screen, &sources, event, now),
                        Some(Err(error)) => screen.app.say(failure::one_line(&error.into()), now),
                        None => return Err(failures.into_first()),
                    }
                }
            }
        }
    }
}

/// Returns what is watched if nothing is named, as far as the server has it.
async fn usual(finder: &Finder<'_>) -> anyhow::Result<Vec<Target>> {
    let mut found = Vec::new();
    let mut first_error = None;
    for name in USUAL {
        match targets::find(finder, &[name.to_owned()]).await {
            Ok(targets) => found.extend(targets),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match first_error {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

fn apply(
    screen: &mut Screen,
    sources: &HashMap<String, usize>,
    event: WatchEvent<DynamicObject>,
    now: Now,
) {
    let WatchEvent { etype, obj, origin, source, .. } = event;
    let Some(kind) = sources.get(source.as_str()) else { return };
    let namespace = obj.namespace().unwrap_or_default().to_owned();
    let name = obj.name().unwrap_or_default().to_owned();
    let object = obj.into_json();
    let change =
        Change { kind: *kind, cluster: 0, etype, origin, namespace, name, object, cells: None };
    screen.app.apply(change, now);
}

fn kind(served: &ServedResource) -> KindSetup {
    KindSetup {
        title: title(&served.resource),
        singular: served.singular.clone(),
        is_namespaced: served.resource.scope() == Scope::Namespaced,
        columns: Columns::default(),
    }
}

/// Returns the name of a kind in the list.
pub(super) fn title(resource: &ResourceInfo) -> String {
    // Kubernetes' own kinds are known by their names; those of others by their groups, too.
    let is_own = resource.group().is_empty() || !resource.group().contains('.');
    if is_own || resource.group().ends_with(".k8s.io") {
        resource.plural().to_owned()
    } else {
        format!("{}.{}", resource.plural(), resource.group())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_others_are_named_with_their_group() {
        for (group, plural, expected) in [
            ("", "pods", "pods"),
            ("apps", "deployments", "deployments"),
            ("networking.k8s.io", "ingresses", "ingresses"),
            ("cert-manager.io", "certificates", "certificates.cert-manager.io"),
        ] {
            let resource = ResourceInfo::new(group, "v1", "Kind", plural, Scope::Namespaced);
            assert_eq!(title(&resource), expected);
        }
    }
}
