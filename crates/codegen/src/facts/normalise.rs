//! From a spec as it was downloaded to its facts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Facts, Schema, resources};
use crate::error::{Failure, Result};
use crate::release::Release;

const REFERENCE: &str = "#/definitions/";

/// Takes the facts out of a spec. The place is named in errors: a file or URL.
pub(crate) fn normalise(release: Release, spec: &[u8], place: &str) -> Result<Facts> {
    let spec: Value = serde_json::from_slice(spec).map_err(|error| {
        Failure::new(format!("{place} is not JSON: {error}"))
            .mend("the file is damaged: fetch it again, or from another --base-url")
    })?;
    facts(release, &spec).map_err(|failure| failure.within(place))
}

fn facts(release: Release, spec: &Value) -> Result<Facts> {
    if spec["swagger"] != "2.0" || spec["info"]["title"] != "Kubernetes" {
        return Err(Failure::new("this is JSON, but no OpenAPI v2 spec of Kubernetes").mend(
            "--base-url and --tag must lead to Kubernetes' own api/openapi-spec/swagger.json",
        ));
    }
    let (definitions, paths) = (members(spec, "definitions")?, members(spec, "paths")?);
    let definitions = definitions
        .iter()
        .map(|(name, value)| Ok((name.clone(), schema(name, value)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let resources = resources::from_paths(paths, &definitions)?;
    Ok(Facts { release, paths: paths.len(), definitions, resources })
}

fn members<'a>(spec: &'a Value, key: &str) -> Result<&'a Map<String, Value>> {
    spec[key]
        .as_object()
        .filter(|members| !members.is_empty())
        .ok_or_else(|| Failure::new(format!("the spec has no {key}")).mend("fetch another tag"))
}

fn schema(name: &str, value: &Value) -> Result<Schema> {
    let mut value = value.clone();
    drop_prose(&mut value);
    let mut schema: Schema = serde_json::from_value(value)
        .map_err(|error| Failure::new(format!("definition {name}: {error}")).mend(UNKNOWN))?;
    settle(name, &mut schema)?;
    Ok(schema)
}

const UNKNOWN: &str = "teach the generator what it means: crates/codegen/src/facts";

/// Removes what is written for people, at every schema; properties of those names stay.
fn drop_prose(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    members.remove("description");
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = members.get_mut(key) {
            drop_prose(inner);
        }
    }
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        properties.values_mut().for_each(drop_prose);
    }
}

/// Brings what can be written in several ways into one.
fn settle(name: &str, schema: &mut Schema) -> Result<()> {
    if let Some(reference) = &mut schema.reference {
        *reference = reference
            .strip_prefix(REFERENCE)
            .ok_or_else(|| {
                Failure::new(format!(
                    "definition {name} refers to {reference}, outside of the definitions"
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
    inner.map(Box::as_mut).chain(schema.properties.values_mut()).try_for_each(|s| settle(name, s))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = include_str!("../../tests/fixtures/small.json");

    fn release() -> Release {
        "1.99".parse().unwrap()
    }

    fn normalised(spec: &str) -> Result<String> {
        normalise(release(), spec.as_bytes(), "here")?.to_text()
    }

    /// The same JSON with its keys the other way round and other white space.
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
    fn the_format_of_the_spec_does_not_matter() {
        let other = reversed(&serde_json::from_str(SPEC).unwrap());
        assert_ne!(SPEC, other);
        assert_eq!(normalised(SPEC).unwrap(), normalised(&other).unwrap());
    }

    #[test]
    fn no_prose_is_kept_but_properties_named_so_are() {
        let text = normalised(SPEC).unwrap();
        assert!(!text.contains("Prose"), "{text}");
        assert!(text.contains(r#""description": {"type": "string"}"#), "{text}");
    }

    #[test]
    fn the_file_reads_back_as_the_same_facts() {
        let facts = normalise(release(), SPEC.as_bytes(), "here").unwrap();
        assert_eq!(serde_json::from_str::<Facts>(&facts.to_text().unwrap()).unwrap(), facts);
    }

    #[test]
    fn unknown_keywords_are_refused() {
        let spec = SPEC.replacen(r#""type": "boolean""#, r#""type": "boolean", "pattern": "x""#, 1);
        let error = normalised(&spec).unwrap_err().to_string();
        assert!(
            error.contains("definition io.k8s.") && error.contains("unknown field `pattern`"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_spec_of_kubernetes_is_refused() {
        for (spec, expected) in [
            ("{", "here is not JSON"),
            ("[]", "no OpenAPI v2 spec of Kubernetes"),
            (
                r#"{"swagger":"2.0","info":{"title":"Petstore"}}"#,
                "no OpenAPI v2 spec of Kubernetes",
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
