//! Workarounds for errors in the specs, one function each.
//!
//! Each documents its reason, and fails once a spec no longer has the error unless it says otherwise.

use std::collections::BTreeMap;

use super::Body;
use crate::error::{Failure, Result};
use crate::facts::{Resource, Schema};
use crate::release::Release;

/// Corrects a release's definitions before they are lowered.
pub(super) fn correct(release: Release, definitions: &mut BTreeMap<String, Schema>) -> Result<()> {
    api_service_without_service(release, definitions)
}

/// Corrects a release's resources before they are lowered.
pub(super) fn correct_resources(release: Release, resources: &mut [Resource]) {
    lists_without_writes(release, resources);
}

/// Returns the body of a definition to which a workaround applies.
pub(super) fn body(definition: &str, schema: &Schema) -> Result<Option<Body>> {
    json_schema_props_or(definition, schema)
}

/// A field of a CRD's schema that is a schema or something simpler has a definition without a type:
/// the Go types have custom encoders, and OpenAPI v2 has no `oneOf`. As opaque JSON they would be the
/// only part of a CRD that a program cannot access.
fn json_schema_props_or(definition: &str, schema: &Schema) -> Result<Option<Body>> {
    const PREFIX: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.";
    const SCHEMA: &str = "JSONSchemaProps";
    let Some((_, name)) = definition.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.'))
    else {
        return Ok(None);
    };
    let either = match name.strip_prefix(SCHEMA) {
        Some("OrArray") => "SchemaOrArray",
        Some("OrBool") => "SchemaOrBool",
        Some("OrStringArray") => "SchemaOrStringArray",
        _ => return Ok(None),
    };
    if (Schema { message: None, ..schema.clone() }) != Schema::default() {
        return Err(no_longer_needed("json_schema_props_or", definition));
    }
    let parameter = definition.replace(name, SCHEMA);
    Ok(Some(Body::Generic(either, parameter)))
}

/// 1.17 requires `service` in an `APIService`, but those that the API server serves itself have `null`
/// there, and an empty Service has another meaning. Later specs do not require it.
fn api_service_without_service(
    release: Release,
    definitions: &mut BTreeMap<String, Schema>,
) -> Result<()> {
    const PREFIX: &str = "io.k8s.kube-aggregator.pkg.apis.apiregistration.";
    if release.minor() > 17 {
        return Ok(());
    }
    let specs = definitions
        .iter_mut()
        .filter(|(name, _)| name.starts_with(PREFIX) && name.ends_with(".APIServiceSpec"));
    for (definition, schema) in specs {
        let before = schema.required.len();
        schema.required.retain(|property| property != "service");
        if schema.required.len() == before {
            return Err(no_longer_needed("api_service_without_service", definition));
        }
    }
    Ok(())
}

/// The spec of 1.37 that is pinned has only the lists and watches of the resources that are new in it; their
/// other operations are in the clients that are generated from upstream's spec. Unlike the others, this one
/// does not fail when it no longer applies, so that upstream's own file can be pinned instead.
fn lists_without_writes(release: Release, resources: &mut [Resource]) {
    const ONLY: [&str; 2] = ["list", "watch"];
    const ALL: [&str; 8] =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    if release.minor() != 37 {
        return;
    }
    for resource in resources.iter_mut().filter(|resource| resource.verbs == ONLY) {
        resource.verbs = ALL.map(str::to_owned).to_vec();
    }
}

fn no_longer_needed(workaround: &str, definition: &str) -> Failure {
    Failure::new(format!(
        "the workaround `{workaround}` is no longer needed: the spec has fixed {definition}"
    ))
    .hint("restrict or remove it in crates/codegen/src/model/workarounds.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_resources_of_1_37_have_all_verbs() {
        let corrected = |release: &str, verbs: &[&str]| {
            let mut resource = Resource {
                group: "lifecycle.k8s.io".to_owned(),
                version: "v1alpha1".to_owned(),
                plural: "evictions".to_owned(),
                kind: Some("Eviction".to_owned()),
                scope: crate::facts::Scope::Namespaced,
                verbs: verbs.iter().map(|&verb| verb.to_owned()).collect(),
                watch: Vec::new(),
                list: None,
                subresources: BTreeMap::new(),
            };
            correct_resources(release.parse().unwrap(), std::slice::from_mut(&mut resource));
            resource.verbs
        };
        assert_eq!(corrected("1.37", &["list", "watch"]).len(), 8);
        for (release, verbs) in [("1.36", &["list", "watch"][..]), ("1.37", &["create"])] {
            assert_eq!(corrected(release, verbs), verbs);
        }
    }

    #[test]
    fn workaround_applies_only_to_affected_releases() {
        let name = "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec";
        let correct = |release: &str, required: &[&str]| {
            let required = required.iter().map(|&property| property.to_owned()).collect();
            let schema = Schema { required, ..Schema::default() };
            let mut definitions = BTreeMap::from([(name.to_owned(), schema)]);
            correct(release.parse().unwrap(), &mut definitions)?;
            Ok::<_, Failure>(definitions[name].required.clone())
        };
        assert_eq!(
            correct("1.17", &["groupPriorityMinimum", "service"]).unwrap(),
            ["groupPriorityMinimum"]
        );
        assert_eq!(correct("1.18", &["groupPriorityMinimum"]).unwrap(), ["groupPriorityMinimum"]);
        let error = correct("1.17", &["groupPriorityMinimum"]).unwrap_err().to_string();
        assert!(error.contains("`api_service_without_service` is no longer needed"), "{error}");
        assert!(error.contains(name), "{error}");
    }
}
