//! Workarounds for errors in the specs, one function each.
//!
//! Each documents its reason, and fails once a spec no longer has the error.

use std::collections::BTreeMap;

use super::Body;
use crate::error::{Failure, Result};
use crate::facts::Schema;
use crate::release::Release;

/// Corrects a release's definitions before they are lowered.
pub(super) fn correct(release: Release, definitions: &mut BTreeMap<String, Schema>) -> Result<()> {
    api_service_without_service(release, definitions)
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
    if *schema != Schema::default() {
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
