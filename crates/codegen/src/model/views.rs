//! The version modules such as `v1`: the types of a version from every group, and what can be watched.

use std::collections::BTreeMap;

use super::{Home, Type, Wiring, Wirings};
use crate::facts::Resource;

/// The groups that win a name that several groups have: core, API machinery, then by usage.
const PRECEDENCE: [&str; 16] = [
    "core",
    "meta",
    "apps",
    "batch",
    "rbac",
    // Before storage, whose `TokenRequest` is only a part of a CSIDriver.
    "authentication",
    "authorization",
    "networking",
    "policy",
    "storage",
    "autoscaling",
    "apiextensions",
    "admissionregistration",
    "apiregistration",
    "certificates",
    "coordination",
];

/// The group that Kubernetes stopped serving; the same name in any other group is still served.
const LAST: &str = "extensions";

/// A version module.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) version: String,
    /// The re-exported types, sorted by name.
    pub(crate) exports: Vec<Home>,
    /// Types whose name belongs to another group here, with the module of the winner.
    pub(crate) hidden: Vec<(Home, String)>,
    pub(crate) watchables: Vec<Row>,
}

/// A watchable kind, as a version module lists it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) object: Home,
    pub(crate) list: Home,
    pub(crate) resource: Resource,
    /// Whether its name or the name of its list belongs to another group here.
    pub(crate) hidden: bool,
}

/// Returns all version modules, sorted by name.
pub(super) fn views(types: &BTreeMap<String, Type>, wirings: &Wirings) -> Vec<View> {
    let mut versions: BTreeMap<&str, Vec<&Home>> = BTreeMap::new();
    for type_ in types.values() {
        versions.entry(type_.home.view()).or_default().push(&type_.home);
    }
    versions.into_iter().map(|(version, homes)| view(version, homes, types, wirings)).collect()
}

fn view(
    version: &str,
    mut homes: Vec<&Home>,
    types: &BTreeMap<String, Type>,
    wirings: &Wirings,
) -> View {
    homes.sort_by_key(|home| (rank(&home.group), *home));
    let mut winners: BTreeMap<&str, &Home> = BTreeMap::new();
    let mut hidden = Vec::new();
    for home in homes {
        match winners.get(home.name.as_str()) {
            Some(winner) => hidden.push((home.clone(), winner.module())),
            None => {
                winners.insert(&home.name, home);
            }
        }
    }
    let exports = winners.into_values().cloned().collect();
    hidden.sort();
    let is_hidden = |home: &Home| hidden.iter().any(|(other, _)| other == home);
    let mut watchables: Vec<Row> = wirings
        .iter()
        .filter_map(|(definition, wiring)| row(&types[definition], wiring, types))
        .filter(|row| row.object.view() == version)
        .map(|row| Row { hidden: is_hidden(&row.object) || is_hidden(&row.list), ..row })
        .collect();
    watchables
        .sort_by(|a, b| (&a.object.name, &a.object.group).cmp(&(&b.object.name, &b.object.group)));
    View { version: version.to_owned(), exports, hidden, watchables }
}

fn row(object: &Type, wiring: &Wiring, types: &BTreeMap<String, Type>) -> Option<Row> {
    let list = wiring.list.as_ref().filter(|_| wiring.is_watchable())?;
    Some(Row {
        object: object.home.clone(),
        list: types[list].home.clone(),
        resource: wiring.resource.clone(),
        hidden: false,
    })
}

/// Returns the rank in the order of precedence; other groups follow in alphabetical order.
fn rank(group: &str) -> usize {
    match PRECEDENCE.iter().position(|other| *other == group) {
        Some(rank) => rank,
        None if group == LAST => usize::MAX,
        None => PRECEDENCE.len(),
    }
}
