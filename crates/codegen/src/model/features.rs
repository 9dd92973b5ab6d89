//! The Cargo features of a crate: one per API group, with the groups that its types refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Body, Type};
use crate::error::{Failure, Result};

/// The features that each feature requires.
pub(crate) type Features = BTreeMap<String, BTreeSet<String>>;

/// The feature that enables all others, and Cargo's default feature.
pub(crate) const ALL: &str = "all";
const DEFAULT: &str = "default";

/// Computes the features from the references between types.
pub(super) fn features(types: &BTreeMap<String, Type>) -> Result<Features> {
    let mut features = Features::new();
    for (definition, type_) in types {
        let Some(feature) = type_.home.feature() else {
            check_machinery(definition, type_, types)?;
            continue;
        };
        if [ALL, DEFAULT].contains(&feature) {
            return Err(Failure::new(format!(
                "definition {definition} is in a group named `{feature}`, which is a reserved feature name"
            ))
            .hint("rename the group's feature in crates/codegen/src/model/features.rs"));
        }
        let needed = targets(type_).filter_map(|target| types[target].home.feature());
        let needed: BTreeSet<_> =
            needed.filter(|other| *other != feature).map(str::to_owned).collect();
        features.entry(feature.to_owned()).or_default().extend(needed);
    }
    Ok(features)
}

/// Checks that a type that is always compiled does not refer to one behind a feature.
fn check_machinery(
    definition: &str,
    machinery: &Type,
    types: &BTreeMap<String, Type>,
) -> Result<()> {
    match targets(machinery).find(|target| types[*target].home.feature().is_some()) {
        Some(target) => Err(Failure::new(format!(
            "definition {definition} is always compiled, but refers to {target}, which is behind a feature"
        ))
        .hint("assign it to an API group in crates/codegen/src/model/home.rs")),
        None => Ok(()),
    }
}

fn targets(type_: &Type) -> impl Iterator<Item = &str> {
    let parameter = match &type_.body {
        Body::Generic(_, parameter) => Some(parameter.as_str()),
        _ => None,
    };
    type_.fields().iter().filter_map(|field| field.shape.target()).chain(parameter)
}
