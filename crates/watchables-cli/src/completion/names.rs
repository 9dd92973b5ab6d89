//! The names that a word can become.

use std::collections::BTreeSet;

use clap_complete::engine::{PathCompleter, ValueCompleter as _};
use watchables::{read_kubeconfig, read_kubeconfig_from};

use super::line::Line;
use super::lookup::{self, look_up};
use crate::args::Format;

/// Names the contexts of the kubeconfig.
pub(super) fn contexts(line: &Line, current: &str) -> Vec<String> {
    let kubeconfig = match &line.kubeconfig {
        Some(path) => read_kubeconfig_from(path),
        None => read_kubeconfig(),
    };
    let contexts = kubeconfig.map(|kubeconfig| kubeconfig.contexts).unwrap_or_default();
    starting_with(current, contexts.into_iter().map(|context| context.name))
}

/// Names the types of events that are not named yet, in any case.
pub(super) fn event_types(line: &Line, current: &str) -> Vec<String> {
    let named: Vec<_> = line.current.split([',', '=']).map(str::to_uppercase).collect();
    let others = ["ADDED", "MODIFIED", "DELETED"].map(str::to_owned);
    let others = others.into_iter().filter(|name| !named.contains(name));
    starting_with(&current.to_uppercase(), others)
}

/// Names output formats, up to what follows their `=`, and there files.
pub(super) fn formats(_: &Line, current: &str) -> Vec<String> {
    if let Some((format, path)) = current.split_once('=') {
        let files = if format.ends_with("-file") {
            PathCompleter::file().complete(path.as_ref())
        } else {
            Vec::new()
        };
        let values = files.iter().map(|file| file.get_value().to_string_lossy());
        return values.map(|file| format!("{format}={file}")).collect();
    }
    let formats = Format::names().map(|name| match name.split_once('=') {
        Some((format, _)) => format!("{format}="),
        None => name.to_owned(),
    });
    formats.filter(|format| format.starts_with(current)).collect()
}

/// Names the namespaces of the cluster.
pub(super) fn namespaces(line: &Line, current: &str) -> Vec<String> {
    let found = look_up(line, async |client| lookup::names(&client, "/api/v1/namespaces").await);
    starting_with(current, found.unwrap_or_default())
}

/// Names resources, or after a resource its objects: `po`, `pods,dep`, `pod/we`, `pod we`.
pub(super) fn resources(line: &Line, current: &str) -> Vec<String> {
    if let Some((kind, name)) = current.split_once('/') {
        let found = objects(line, kind).unwrap_or_default();
        let found = starting_with(name, found);
        return found.into_iter().map(|name| format!("{kind}/{name}")).collect();
    }
    let first = line.words.first().filter(|word| !word.contains(['/', ',']));
    if let Some(found) = first.and_then(|kind| objects(line, kind)) {
        return starting_with(current, found);
    }
    let (before, last) = match current.rfind(',') {
        Some(comma) => current.split_at(comma + 1),
        None => ("", current),
    };
    let found = look_up(line, async |client| {
        let served = lookup::resources(&client).await?;
        let categories = served.iter().flat_map(|served| served.categories.iter().cloned());
        let plurals = served.iter().map(|served| served.resource.plural().to_owned());
        Some(plurals.chain(categories).collect::<Vec<_>>())
    });
    let found = starting_with(last, found.unwrap_or_else(known));
    found.into_iter().map(|name| format!("{before}{name}")).collect()
}

/// Returns the names of the objects of a resource, if it is one.
fn objects(line: &Line, kind: &str) -> Option<Vec<String>> {
    look_up(line, async |client| {
        let served = lookup::resource(&client, kind).await?;
        let path = served.resource.collection_path(line.namespace.as_deref());
        lookup::names(&client, &path).await
    })
}

/// Returns the resources of the newest release, for lack of a cluster.
fn known() -> Vec<String> {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap_or_default();
    let watchable = catalog.iter().filter(|entry| entry.is_watchable());
    watchable.map(|entry| entry.resource.plural().to_owned()).collect()
}

/// Returns what begins with a text, each once and sorted.
fn starting_with(text: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let names: BTreeSet<_> = names.into_iter().filter(|name| name.starts_with(text)).collect();
    names.into_iter().collect()
}
