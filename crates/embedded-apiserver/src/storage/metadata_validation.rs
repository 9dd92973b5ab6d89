//! Validation of labels, annotations, owner references and finalizers, by the rules of a real server.

use serde_json::{Map, Value};

use super::metadata_rules::MetadataRules;
use super::qualified_name;
use crate::error::Problem;

/// The limit of all annotations' keys and values, in bytes.
const MAX_ANNOTATIONS: usize = 256 * 1024;
/// The finalizers of Kubernetes itself, which need no domain.
const STANDARD_FINALIZERS: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];

/// Returns the problems of metadata whose fields have the right types.
pub(super) fn problems(rules: &MetadataRules<'_>, metadata: &Map<String, Value>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, value) in members(metadata, "labels") {
        let of_key = qualified_name::errors(key);
        problems.extend(of_key.iter().map(|why| Problem::invalid("metadata.labels", key, why)));
        let value = value.as_str().unwrap_or_default();
        let of_value = qualified_name::label_value_errors(value);
        problems.extend(of_value.iter().map(|why| Problem::invalid("metadata.labels", value, why)));
    }
    let mut size = 0;
    for (key, value) in members(metadata, "annotations") {
        // Case does not matter, unlike in label keys.
        let errors = qualified_name::errors(&key.to_lowercase());
        problems
            .extend(errors.iter().map(|why| Problem::invalid("metadata.annotations", key, why)));
        size += key.len() + value.as_str().unwrap_or_default().len();
    }
    if size > MAX_ANNOTATIONS {
        problems.push(Problem::too_long("metadata.annotations", MAX_ANNOTATIONS));
    }
    owners(metadata, &mut problems);
    finalizers(rules, metadata, &mut problems);
    problems
}

/// Returns the problem of finalizers that an update adds to an object that is being deleted.
pub(super) fn new_finalizers(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) -> Option<Problem> {
    let old: Vec<_> = strings(old, "finalizers").collect();
    let mut added: Vec<_> = strings(new, "finalizers").filter(|name| !old.contains(name)).collect();
    added.sort_unstable();
    added.dedup();
    let names: Vec<_> = added.iter().map(|name| format!("{name:?}")).collect();
    (!names.is_empty()).then(|| {
        let why = format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
            names.join(", ")
        );
        Problem::forbidden("metadata.finalizers", &why)
    })
}

fn owners(metadata: &Map<String, Value>, problems: &mut Vec<Problem>) {
    const FIELD: &str = "metadata.ownerReferences";
    let mut controller: Option<String> = None;
    for owner in metadata.get("ownerReferences").and_then(Value::as_array).into_iter().flatten() {
        let text = |field: &str| owner[field].as_str().unwrap_or_default();
        let (api_version, kind, name) = (text("apiVersion"), text("kind"), text("name"));
        if api_version.rsplit('/').next().is_none_or(str::is_empty) {
            let field = format!("{FIELD}.apiVersion");
            problems.push(Problem::invalid(field, api_version, "version must not be empty"));
        }
        for field in ["kind", "name", "uid"] {
            if text(field).is_empty() {
                let field = format!("{FIELD}.{field}");
                problems.push(Problem::invalid(field, "", "must not be empty"));
            }
        }
        if (api_version, kind) == ("v1", "Event") {
            let why = "/v1, Kind=Event is disallowed from being an owner";
            problems.push(Problem::invalid(FIELD, name, why));
        }
        if owner["controller"] == true {
            let this = format!("{kind}/{name}");
            if let Some(other) = &controller {
                let why = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {other} and {this}"
                );
                problems.push(Problem::invalid(FIELD, &this, &why));
            } else {
                controller = Some(this);
            }
        }
    }
}

fn finalizers(
    rules: &MetadataRules<'_>,
    metadata: &Map<String, Value>,
    problems: &mut Vec<Problem>,
) {
    const FIELD: &str = "metadata.finalizers";
    for (at, name) in strings(metadata, "finalizers").enumerate() {
        let errors = qualified_name::errors(name);
        problems.extend(errors.iter().map(|why| Problem::invalid(FIELD, name, why)));
        if rules.needs_domain_in_finalizers
            && !name.contains('/')
            && !STANDARD_FINALIZERS.contains(&name)
        {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            problems.push(Problem::invalid(format!("{FIELD}[{at}]"), name, why));
        }
    }
    let has = |name| strings(metadata, "finalizers").any(|finalizer| finalizer == name);
    if has("orphan") && has("foregroundDeletion") {
        let why = "finalizer orphan and foregroundDeletion cannot be both set";
        problems.push(Problem::invalid(FIELD, "orphan", why));
    }
}

fn members<'a>(
    metadata: &'a Map<String, Value>,
    field: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    metadata.get(field).and_then(Value::as_object).into_iter().flatten()
}

fn strings<'a>(metadata: &'a Map<String, Value>, field: &str) -> impl Iterator<Item = &'a str> {
    let items = metadata.get(field).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use watchable_core::{ResourceInfo, Scope};

    use super::*;

    const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

    fn fields(metadata: &Value, needs_domain_in_finalizers: bool) -> Vec<String> {
        let rules = MetadataRules {
            resource: &POD,
            needs_domain_in_finalizers,
            has_generation: true,
            status_is_part: false,
        };
        let problems = problems(&rules, metadata.as_object().unwrap());
        problems.into_iter().map(|problem| problem.field.into_owned()).collect()
    }

    #[test]
    fn valid_metadata_has_no_problems() {
        let metadata = json!({
            "labels": {"app": "web", "example.com/Tier_1": "", "a.b": "A-1_x.y"},
            "annotations": {"Example.COM/a": "any text at all ✓"},
            "finalizers": ["example.com/wait", "orphan"],
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "a", "uid": "1", "controller": true},
                {"apiVersion": "v1", "kind": "ConfigMap", "name": "b", "uid": "2", "controller": false},
            ],
        });
        assert!(fields(&metadata, true).is_empty());
    }

    #[test]
    fn each_wrong_value_is_a_problem_of_its_field() {
        let long = "a".repeat(MAX_ANNOTATIONS);
        for (metadata, expected) in [
            (json!({"labels": {"-a": "b"}}), vec!["metadata.labels"]),
            (json!({"labels": {"a": "b c"}}), vec!["metadata.labels"]),
            (json!({"annotations": {"a b": ""}}), vec!["metadata.annotations"]),
            (json!({"annotations": {"a": long}}), vec!["metadata.annotations"]),
            (json!({"finalizers": ["x"]}), vec!["metadata.finalizers[0]"]),
            (json!({"finalizers": ["a.b/c", "a/b/c"]}), vec!["metadata.finalizers"]),
            (json!({"finalizers": ["orphan", "foregroundDeletion"]}), vec!["metadata.finalizers"]),
            (
                json!({"ownerReferences": [{"name": "a"}]}),
                vec![
                    "metadata.ownerReferences.apiVersion",
                    "metadata.ownerReferences.kind",
                    "metadata.ownerReferences.uid",
                ],
            ),
            (
                json!({"ownerReferences": [
                    {"apiVersion": "v1", "kind": "Event", "name": "a", "uid": "1"},
                    {"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "1", "controller": true},
                    {"apiVersion": "v1", "kind": "Pod", "name": "b", "uid": "2", "controller": true},
                ]}),
                vec!["metadata.ownerReferences", "metadata.ownerReferences"],
            ),
        ] {
            assert_eq!(fields(&metadata, true), expected, "{metadata}");
        }
        // Custom resources may have finalizers without a domain.
        assert!(fields(&json!({"finalizers": ["x"]}), false).is_empty());
    }
}
