//! Extracts the facts from a downloaded spec.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::keywords::{self, PassedOver};
use super::{Facts, Schema, resources};
use crate::error::{Failure, Result};
use crate::release::Release;

const REFERENCE: &str = "#/definitions/";

/// The facts of a spec, and what else was in its schemas.
#[derive(Debug)]
pub(crate) struct Normalised {
    pub(crate) facts: Facts,
    pub(crate) passed_over: PassedOver,
}

/// Extracts the facts of a spec. `place` is a file or URL for errors.
pub(crate) fn normalise(release: Release, spec: &[u8], place: &str) -> Result<Normalised> {
    let spec: Value = serde_json::from_slice(spec).map_err(|error| {
        Failure::new(format!("{place} is not JSON: {error}"))
            .hint("the file is corrupt: fetch it again, or from another --base-url")
    })?;
    facts(release, &spec).map_err(|failure| failure.within(place))
}

fn facts(release: Release, spec: &Value) -> Result<Normalised> {
    if spec["swagger"] != "2.0" || spec["info"]["title"] != "Kubernetes" {
        return Err(Failure::new("this is JSON, but not an OpenAPI v2 spec of Kubernetes")
            .hint("--base-url and --tag must name Kubernetes' own api/openapi-spec/swagger.json"));
    }
    let (definitions, paths) = (members(spec, "definitions")?, members(spec, "paths")?);
    // Sorted, so that reports do not depend on the order in the spec.
    let definitions: BTreeMap<_, _> = definitions.iter().collect();
    let mut passed_over = PassedOver::default();
    let definitions = definitions
        .into_iter()
        .map(|(name, value)| Ok((name.clone(), schema(name, value, &mut passed_over)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let resources = resources::from_paths(paths, &definitions)?;
    let facts = Facts { release, paths: paths.len(), definitions, resources };
    Ok(Normalised { facts, passed_over })
}

fn members<'a>(spec: &'a Value, key: &str) -> Result<&'a Map<String, Value>> {
    spec[key]
        .as_object()
        .filter(|members| !members.is_empty())
        .ok_or_else(|| Failure::new(format!("the spec has no {key}")).hint("fetch another tag"))
}

fn schema(name: &str, value: &Value, passed_over: &mut PassedOver) -> Result<Schema> {
    let mut value = value.clone();
    keywords::reduce(&mut value, &format!("definition {name}"), passed_over)?;
    let mut schema: Schema = serde_json::from_value(value)
        .map_err(|error| Failure::new(format!("definition {name}: {error}")).hint(UNSUPPORTED))?;
    canonicalise(name, &mut schema)?;
    Ok(schema)
}

const UNSUPPORTED: &str = "add support for it in crates/codegen/src/facts";

/// Rewrites equivalent forms into one.
fn canonicalise(name: &str, schema: &mut Schema) -> Result<()> {
    if let Some(reference) = &mut schema.reference {
        *reference = reference
            .strip_prefix(REFERENCE)
            .ok_or_else(|| {
                Failure::new(format!(
                    "definition {name} refers to {reference}, which is not a definition"
                ))
            })?
            .to_owned();
    }
    if !schema.properties.is_empty() && schema.type_.as_deref() == Some("object") {
        schema.type_ = None;
    }
    schema.required.sort();
    schema.kinds.sort();
    let inner = schema.items.iter_mut().chain(&mut schema.additional_properties);
    inner
        .map(Box::as_mut)
        .chain(schema.properties.values_mut())
        .try_for_each(|s| canonicalise(name, s))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = include_str!("../../tests/fixtures/small.json");

    fn release() -> Release {
        "1.99".parse().unwrap()
    }

    fn normalised(spec: &str) -> Result<String> {
        normalise(release(), spec.as_bytes(), "here")?.facts.to_text()
    }

    /// Returns the same JSON with reversed keys and different white space.
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .rev()
                    .map(|(key, value)| {
                        format!("{}\t:\n {}", Value::from(key.as_str()), reversed(value))
                    })
                    .collect();
                format!("{{ {}\n}}", members.join(" , "))
            }
            Value::Array(items) => {
                format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",\n"))
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn key_order_and_white_space_are_ignored() {
        let other = reversed(&serde_json::from_str(SPEC).unwrap());
        assert_ne!(SPEC, other);
        assert_eq!(normalised(SPEC).unwrap(), normalised(&other).unwrap());
    }

    #[test]
    fn descriptions_are_dropped_but_not_properties_of_that_name() {
        let text = normalised(SPEC).unwrap();
        assert!(!text.contains("Prose"), "{text}");
        assert!(text.contains(r#""description": {"type": "string"}"#), "{text}");
    }

    #[test]
    fn facts_round_trip_through_the_file() {
        let facts = normalise(release(), SPEC.as_bytes(), "here").unwrap().facts;
        assert_eq!(serde_json::from_str::<Facts>(&facts.to_text().unwrap()).unwrap(), facts);
    }

    #[test]
    fn non_kubernetes_spec_is_rejected() {
        for (spec, expected) in [
            ("{", "here is not JSON"),
            ("[]", "not an OpenAPI v2 spec of Kubernetes"),
            (
                r#"{"swagger":"2.0","info":{"title":"Petstore"}}"#,
                "not an OpenAPI v2 spec of Kubernetes",
            ),
            (
                r#"{"swagger":"2.0","info":{"title":"Kubernetes"},"definitions":{},"paths":{}}"#,
                "no definitions",
            ),
        ] {
            let error = normalised(spec).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("here"), "{error}");
        }
    }
}
