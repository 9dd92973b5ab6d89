//! Reduces objects to the fields that were asked for.

use serde_json::{Map, Value};
use watchable_core::field_path::{FieldPath, Segment};

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
pub(crate) struct Projection(Vec<FieldPath>);

impl Projection {
    /// Reads paths such as `status.phase`, `metadata.labels` or `metadata.annotations["a.b/c"]`. Of a list, the path of
    /// each element's field goes on behind `[*]`.
    ///
    /// # Errors
    ///
    /// Says which path cannot be read.
    pub(crate) fn new(paths: &[String]) -> Result<Self, String> {
        let paths = paths.iter().map(|text| {
            let path = FieldPath::parse(text).map_err(|reason| format!("{text:?} {reason}"))?;
            match path.segments().first() {
                Some(Segment::EachItem) => Err(format!("{text:?} begins with an item of a list")),
                _ => Ok(path),
            }
        });
        let mut paths: Vec<_> = paths.collect::<Result<_, String>>()?;
        if !paths.is_empty() {
            paths.extend(IDENTITY.iter().map(|names| FieldPath::of_members(names)));
        }
        Ok(Self(paths))
    }

    /// Returns what is asked for of an object.
    pub(crate) fn apply(&self, object: Value) -> Value {
        if self.0.is_empty() {
            return object;
        }
        let paths: Vec<_> = self.0.iter().map(FieldPath::segments).collect();
        project(object, &paths).unwrap_or(Value::Null)
    }
}

fn project(value: Value, paths: &[&[Segment]]) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(value);
    }
    let below = |matches: &dyn Fn(&Segment) -> bool| -> Vec<&[Segment]> {
        paths.iter().filter(|path| matches(&path[0])).map(|path| &path[1..]).collect()
    };
    match value {
        Value::Object(members) => {
            let kept: Map<_, _> = members
                .into_iter()
                .filter_map(|(name, member)| {
                    let below = below(&|segment| match segment {
                        Segment::Member(member) => *member == name,
                        Segment::EachMember => true,
                        Segment::EachItem => false,
                    });
                    let kept = (!below.is_empty()).then(|| project(member, &below)).flatten()?;
                    Some((name, kept))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(items) => {
            let below = below(&|segment| *segment == Segment::EachItem);
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
