//! Reports watches that have no objects: a name may be misspelled.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::watch::Receiver;
use watchables::{Client, Phase, WatchStatus};

use crate::args::WatchArgs;
use crate::namespaces;
use crate::say::say;

/// Longer than the server takes to send the objects of a watch that is live.
const SETTLED: Duration = Duration::from_millis(300);
/// How long a watch is waited for, so that one line names several.
const TOGETHER: Duration = Duration::from_millis(500);

/// A watch.
pub(crate) struct Watched {
    /// What is watched, such as `pod`, or `pod "web-1"`.
    pub(crate) what: String,
    pub(crate) namespace: Option<String>,
    pub(crate) status: Receiver<WatchStatus>,
}

/// What objects have to match, as it is written on the command line.
pub(crate) struct Selectors(Option<String>);

impl Selectors {
    pub(crate) fn of(args: &WatchArgs) -> Self {
        let labels = args.watched.selector.iter().map(|selector| format!("-l {selector}"));
        let fields = args.watched.field_selector.iter();
        let fields = fields.map(|selector| format!("--field-selector {selector}"));
        let texts: Vec<_> = labels.chain(fields).collect();
        Self((!texts.is_empty()).then(|| texts.join(" and ")))
    }
}

/// Prints which watches have no objects once they are live. Never resolves. `label` is the context, if there are several
/// clusters.
pub(crate) async fn report(
    client: Client,
    watched: Vec<Watched>,
    label: Option<Arc<str>>,
    selectors: Selectors,
) {
    let mut settled: FuturesUnordered<_> = watched.into_iter().map(is_empty).collect();
    let mut empty = BTreeMap::<Option<String>, Vec<String>>::new();
    loop {
        match tokio::time::timeout(TOGETHER, settled.next()).await {
            Ok(Some(Some((namespace, what)))) => empty.entry(namespace).or_default().push(what),
            Ok(Some(None)) => {}
            ended => {
                for (group, namespaces) in groups(&client, std::mem::take(&mut empty)).await {
                    let line = line(&group, &namespaces, &selectors);
                    match &label {
                        Some(label) => say!("{label}: {line}"),
                        None => say!("{line}"),
                    }
                }
                if ended.is_ok() {
                    return pending().await;
                }
            }
        }
    }
}

/// Returns the namespace of a watch and what is watched, if it has no objects once it is live.
async fn is_empty(mut watched: Watched) -> Option<(Option<String>, String)> {
    watched.status.wait_for(|status| status.phase == Phase::Live).await.ok()?;
    tokio::time::sleep(SETTLED).await;
    let status = watched.status.borrow();
    let has_any = status.events > 0 || status.indexed_objects > 0;
    drop(status);
    (!has_any).then_some((watched.namespace, watched.what))
}

/// What there is nothing of, and whether because of a missing namespace.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    whats: Vec<String>,
    is_missing: bool,
}

/// Returns the namespaces in which there is nothing of the same things, so that one line names several. There is none if
/// all namespaces are watched.
async fn groups(
    client: &Client,
    empty: BTreeMap<Option<String>, Vec<String>>,
) -> BTreeMap<Group, Vec<String>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for (namespace, mut whats) in empty {
        whats.sort();
        whats.dedup();
        let is_missing = match &namespace {
            Some(namespace) => namespaces::is_missing(client, namespace).await,
            None => false,
        };
        groups.entry(Group { whats, is_missing }).or_default().extend(namespace);
    }
    groups
}

fn line(group: &Group, namespaces: &[String], Selectors(selectors): &Selectors) -> String {
    let what = match group.whats.as_slice() {
        [some @ .., last] if !some.is_empty() => format!("{} or {last}", some.join(", ")),
        all => all.concat(),
    };
    let names = namespaces::listed(namespaces);
    match selectors {
        _ if group.is_missing && namespaces.len() == 1 => {
            format!("there is no {names}, and so no {what} in it yet")
        }
        _ if group.is_missing => {
            format!("there are no {names}, and so no {what} in them yet")
        }
        None if names.is_empty() => format!("there is no {what} yet"),
        None => format!("there is no {what} in the {names} yet"),
        Some(selectors) if names.is_empty() => format!("no {what} matches {selectors} yet"),
        Some(selectors) => format!("no {what} in the {names} matches {selectors} yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_names_all_that_there_is_nothing_of() {
        let text =
            |whats: &[&str], namespace: Option<&str>, is_missing, selectors: Option<&str>| {
                let whats = whats.iter().map(|what| (*what).to_owned()).collect();
                let namespaces: Vec<_> =
                    namespace.into_iter().flat_map(|it| it.split(',')).map(str::to_owned).collect();
                let selectors = Selectors(selectors.map(str::to_owned));
                line(&Group { whats, is_missing }, &namespaces, &selectors)
            };
        assert_eq!(
            text(&["pod"], Some("a,b"), true, None),
            "there are no namespaces \"a\" and \"b\", and so no pod in them yet"
        );
        assert_eq!(
            text(&["pod"], Some("a,b,c,d,e,f,g"), true, None),
            "there are no namespaces \"a\", \"b\", \"c\", \"d\" and 3 more, and so no pod in them yet"
        );
        assert_eq!(
            text(&["pod"], Some("a,b"), false, Some("-l app=x")),
            "no pod in the namespaces \"a\" and \"b\" matches -l app=x yet"
        );
        assert_eq!(text(&["pod"], None, false, None), "there is no pod yet");
        assert_eq!(
            text(&["job", "pod", "service"], Some("shop"), false, None),
            "there is no job, pod or service in the namespace \"shop\" yet"
        );
        assert_eq!(
            text(&["pod"], Some("shp"), true, Some("-l app=x")),
            "there is no namespace \"shp\", and so no pod in it yet"
        );
        assert_eq!(text(&["pod"], None, false, Some("-l app=x")), "no pod matches -l app=x yet");
        assert_eq!(
            text(&["job", "pod"], Some("shop"), false, Some("-l app=x")),
            "no job or pod in the namespace \"shop\" matches -l app=x yet"
        );
    }
}
