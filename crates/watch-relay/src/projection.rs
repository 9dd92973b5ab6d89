//! Reduces objects to the fields that were asked for.

use serde_json::{Map, Value};

/// The members that identify an object; they are always kept.
const IDENTITY: &[&[&str]] = &[
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "namespace"],
    &["metadata", "uid"],
    &["metadata", "resourceVersion"],
];

/// Fields by path. Without any, objects stay whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projection(Vec<Vec<String>>);

impl Projection {
    /// Reads paths such as `status.phase`, `metadata.labels` or `metadata.annotations["a.b/c"]`. Of a list, the path of
    /// each element's field goes on behind `[*]`.
    ///
    /// # Errors
    ///
    /// Says which path cannot be read.
    pub(crate) fn new(paths: &[String]) -> Result<Self, String> {
        paths.iter().map(|path| parse(path)).collect::<Result<_, _>>().map(Self)
    }

    /// Returns what is asked for of an object.
    pub(crate) fn apply(&self, object: Value) -> Value {
        if self.0.is_empty() {
            return object;
        }
        let identity =
            IDENTITY.iter().map(|path| path.iter().map(|name| (*name).to_owned()).collect());
        let paths: Vec<Vec<String>> = identity.chain(self.0.iter().cloned()).collect();
        let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
        project(object, &paths).unwrap_or(Value::Null)
    }
}

fn project(value: Value, paths: &[&[String]]) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(value);
    }
    let below = |name: &str| {
        let below = paths.iter().filter(|path| path[0] == name).map(|path| &path[1..]);
        below.collect::<Vec<_>>()
    };
    match value {
        Value::Object(members) => {
            let kept: Map<_, _> = members
                .into_iter()
                .filter_map(|(name, member)| {
                    let below = below(&name);
                    let kept = (!below.is_empty()).then(|| project(member, &below)).flatten()?;
                    Some((name, kept))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(items) => {
            let below = below("[*]");
            if below.is_empty() {
                return None;
            }
            // Elements keep their places.
            let items = items.into_iter().map(|item| project(item, &below).unwrap_or(Value::Null));
            Some(Value::Array(items.collect()))
        }
        _ => None,
    }
}

fn parse(path: &str) -> Result<Vec<String>, String> {
    let fault = || format!("{path:?} is no path such as status.phase or spec.containers[*].image");
    let mut names = Vec::new();
    let mut rest = path;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.is_empty() || name.contains([']', '"']) {
            return Err(fault());
        }
        names.push(name.to_owned());
        rest = &rest[end..];
        while let Some(bracket) = rest.strip_prefix('[') {
            if let Some(after) = bracket.strip_prefix("*]") {
                names.push("[*]".to_owned());
                rest = after;
            } else {
                let quoted = bracket.strip_prefix('"').and_then(|text| text.split_once("\"]"));
                let (name, after) = quoted.ok_or_else(fault)?;
                names.push(name.to_owned());
                rest = after;
            }
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(names),
            None => return Err(fault()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_kept_by_path_and_identity_always() {
        let paths = ["status.phase", r#"metadata.labels["a.b/c"]"#, "spec.containers[*].image"];
        let projection = Projection::new(&paths.map(str::to_owned)).unwrap();
        let object = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "a", "namespace": "n", "uid": "u", "resourceVersion": "1",
                "labels": {"a.b/c": "x", "d": "y"}, "managedFields": []},
            "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i"}, {"name": "d"}]},
            "status": {"phase": "Running", "conditions": []},
        });
        let kept = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "a", "namespace": "n", "uid": "u", "resourceVersion": "1",
                "labels": {"a.b/c": "x"}},
            "spec": {"containers": [{"image": "i"}, null]},
            "status": {"phase": "Running"},
        });
        assert_eq!(projection.apply(object.clone()), kept);
        assert_eq!(Projection::default().apply(object.clone()), object);
    }

    #[test]
    fn malformed_paths_are_named() {
        for path in ["", ".a", "a.", "a[", "a[0]", "a[\"b]", "a]b", "a[*]b"] {
            assert!(
                Projection::new(&[path.to_owned()]).unwrap_err().contains(&format!("{path:?}"))
            );
        }
    }
}
