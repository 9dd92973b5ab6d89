//! The Cargo features of a crate: one an API group, with those that its types refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Body, Type};
use crate::error::{Failure, Result};

/// By feature, the features that it needs.
pub(crate) type Features = BTreeMap<String, BTreeSet<String>>;

/// The feature that stands for all, and the one that Cargo takes for granted.
pub(crate) const ALL: &str = "all";
const DEFAULT: &str = "default";

/// Finds them.
pub(super) fn features(types: &BTreeMap<String, Type>) -> Result<Features> {
    let mut features = Features::new();
    for (definition, type_) in types {
        let Some(feature) = type_.home.feature() else {
            machinery_stands_alone(definition, type_, types)?;
            continue;
        };
        if [ALL, DEFAULT].contains(&feature) {
            return Err(Failure::new(format!(
                "definition {definition} lies in a group named `{feature}`, which is a feature of its own"
            ))
            .mend("give the group's feature another name: crates/codegen/src/model/features.rs"));
        }
        let needed = targets(type_).filter_map(|target| types[target].home.feature());
        let needed: BTreeSet<_> =
            needed.filter(|other| *other != feature).map(str::to_owned).collect();
        features.entry(feature.to_owned()).or_default().extend(needed);
    }
    Ok(features)
}

/// What is always compiled must not refer to what may not be.
fn machinery_stands_alone(
    definition: &str,
    machinery: &Type,
    types: &BTreeMap<String, Type>,
) -> Result<()> {
    match targets(machinery).find(|target| types[*target].home.feature().is_some()) {
        Some(target) => Err(Failure::new(format!(
            "definition {definition} is compiled always, but refers to {target}, which is not"
        ))
        .mend("make it part of an API group: crates/codegen/src/model/home.rs")),
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
