//! The path of fields in an object: `spec.containers[*].env[*].value`, `metadata.annotations["a.b/c"]`.

use serde_json::Value;

/// A path of fields. `*` stands for every member, `[*]` for every item.
#[derive(Clone, Debug)]
pub(crate) struct FieldPath(Vec<Segment>);

#[derive(Clone, Debug, PartialEq)]
enum Segment {
    Member(String),
    EachMember,
    EachItem,
}

/// What identifies an object and its version. Without it, a recording has nothing to say.
const NEEDED: [&[&str]; 8] = [
    &["apiVersion"],
    &["kind"],
    &["metadata"],
    &["metadata", "name"],
    &["metadata", "namespace"],
    &["metadata", "uid"],
    &["metadata", "resourceVersion"],
    &[],
];

impl FieldPath {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let fault = |reason: &str| Err(format!("the path {text:?} of a field to redact {reason}"));
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix("[*]") {
                segments.push(Segment::EachItem);
                rest = inner;
            } else if let Some(inner) = rest.strip_prefix("[\"") {
                let Some((name, after)) = inner.split_once("\"]") else {
                    return fault("has a [\" without its \"]");
                };
                segments.push(Segment::Member(name.to_owned()));
                rest = after;
            } else if rest.starts_with(['[', ']']) {
                return fault("has brackets around something else than * or a \"name\"");
            } else {
                let begin = if segments.is_empty() { rest } else { rest.trim_start_matches('.') };
                let dots = rest.len() - begin.len();
                let end = begin.find(['.', '[', ']']).unwrap_or(begin.len());
                if dots != usize::from(!segments.is_empty()) || end == 0 {
                    return fault("has an empty name");
                }
                segments.push(match &begin[..end] {
                    "*" => Segment::EachMember,
                    name => Segment::Member(name.to_owned()),
                });
                rest = &begin[end..];
            }
        }
        let is_needed = |needed: &&[&str]| {
            needed.len() == segments.len()
                && needed.iter().zip(&segments).all(|(name, segment)| match segment {
                    Segment::Member(member) => member == name,
                    Segment::EachMember => true,
                    Segment::EachItem => false,
                })
        };
        if NEEDED.iter().any(is_needed) {
            return fault("includes what identifies an object");
        }
        Ok(Self(segments))
    }

    /// Returns the name of the member that the path begins with.
    pub(crate) fn first(&self) -> Option<&str> {
        match self.0.first() {
            Some(Segment::Member(name)) => Some(name),
            _ => None,
        }
    }

    /// Calls a function with the name and the value of each field at the path.
    pub(crate) fn visit(&self, object: &mut Value, each: &mut impl FnMut(&str, &mut Value)) {
        visit(&self.0, "", object, each);
    }
}

fn visit(path: &[Segment], name: &str, value: &mut Value, each: &mut impl FnMut(&str, &mut Value)) {
    let Some((first, rest)) = path.split_first() else { return each(name, value) };
    match (first, value) {
        (Segment::Member(name), Value::Object(members)) => {
            if let Some(value) = members.get_mut(name) {
                visit(rest, name, value, each);
            }
        }
        (Segment::EachMember, Value::Object(members)) => {
            for (name, value) in members.iter_mut() {
                visit(rest, name, value, each);
            }
        }
        (Segment::EachItem, Value::Array(items)) => {
            for value in items {
                visit(rest, name, value, each);
            }
        }
        _ => {}
    }
}
