//! The path of fields in an object: `spec.containers[*].env[*].value`, `metadata.annotations["a.b/c"]`.

use serde_json::Value;

/// A path of fields. `*` stands for every member, `[*]` for every item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath(Vec<Segment>);

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The member of this name.
    Member(String),
    /// Every member.
    EachMember,
    /// Every item of a list.
    EachItem,
}

impl FieldPath {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, as the end of a sentence about the path.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("is empty");
        }
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix("[*]") {
                segments.push(Segment::EachItem);
                rest = inner;
            } else if let Some(inner) = rest.strip_prefix("[\"") {
                let Some((name, after)) = inner.split_once("\"]") else {
                    return Err("has a [\" without its \"]");
                };
                segments.push(Segment::Member(name.to_owned()));
                rest = after;
            } else if rest.starts_with(['[', ']']) {
                return Err("has brackets around something else than * or a \"name\"");
            } else {
                let begin = if segments.is_empty() { rest } else { rest.trim_start_matches('.') };
                let dots = rest.len() - begin.len();
                let end = begin.find(['.', '[', ']']).unwrap_or(begin.len());
                if dots != usize::from(!segments.is_empty()) || end == 0 {
                    return Err("has an empty name");
                }
                segments.push(match &begin[..end] {
                    "*" => Segment::EachMember,
                    name => Segment::Member(name.to_owned()),
                });
                rest = &begin[end..];
            }
        }
        Ok(Self(segments))
    }

    /// A path of members.
    pub fn of_members(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Segment::Member((*name).to_owned())).collect())
    }

    /// Returns the parts of the path, at least one.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Returns the name of the member that the path begins with.
    pub fn first(&self) -> Option<&str> {
        match self.0.first() {
            Some(Segment::Member(name)) => Some(name),
            _ => None,
        }
    }

    /// Calls a function with the name and the value of each field at the path.
    pub fn visit(&self, object: &mut Value, each: &mut impl FnMut(&str, &mut Value)) {
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
