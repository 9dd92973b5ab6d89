//! The types of a release by API group and version, and the modules at the crate root.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Model, Type};

/// The types of a group, by version.
#[derive(Default)]
pub(super) struct Group<'a> {
    pub(super) versions: BTreeMap<&'a str, Vec<Named<'a>>>,
    pub(super) unversioned: Vec<Named<'a>>,
}

/// A definition's name and its type.
pub(super) type Named<'a> = (&'a str, &'a Type);

/// Groups the types of a release by API group and version.
pub(super) fn groups(model: &Model) -> BTreeMap<&str, Group<'_>> {
    let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
    for (definition, type_) in &model.types {
        let group = groups.entry(&type_.home.group).or_default();
        let types = match &type_.home.version {
            Some(version) => group.versions.entry(version).or_default(),
            None => &mut group.unversioned,
        };
        types.push((definition, type_));
    }
    groups
}

/// Returns all modules at the crate root, sorted.
pub(super) fn root_modules(model: &Model) -> BTreeSet<&str> {
    let groups = model.types.values().map(|type_| type_.home.group.as_str());
    groups.chain(model.views.iter().map(|view| view.version.as_str())).chain(["catalog"]).collect()
}
