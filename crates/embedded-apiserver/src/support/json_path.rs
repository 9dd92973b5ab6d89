//! JSON paths of `additionalPrinterColumns`: fields, indices, `[*]` and filters for equality.
//!
//! Unlike RFC 9535, Kubernetes' dialect escapes dots in names and needs no `$`.

use serde_json::Value;

/// Returns the first value at a path; `None` if there is none or the path is malformed.
pub(crate) fn first<'a>(path: &str, value: &'a Value) -> Option<&'a Value> {
    let path = path.trim();
    let path = path.strip_prefix('{').and_then(|p| p.strip_suffix('}')).unwrap_or(path);
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut found = vec![value];
    while !rest.is_empty() {
        let (step, after) = Step::read(rest)?;
        found = found.into_iter().flat_map(|value| step.take(value)).collect();
        rest = after;
    }
    found.into_iter().next()
}

enum Step {
    Field(String),
    /// A negative index counts from the end.
    Index(i64),
    All,
    /// The items with a given value at a path.
    Filter(String, Value),
}

impl Step {
    /// Parses the first step of a path; returns it and the rest.
    fn read(path: &str) -> Option<(Self, &str)> {
        if let Some(rest) = path.strip_prefix('.') {
            let (name, rest) = field(rest);
            return match name.as_str() {
                // As in `.items.[0]`.
                "" if rest.starts_with('[') => Self::read(rest),
                "" => None,
                "*" => Some((Self::All, rest)),
                _ => Some((Self::Field(name), rest)),
            };
        }
        let (inside, rest) = bracket(path.strip_prefix('[')?)?;
        let inside = inside.trim();
        let step = if inside == "*" {
            Self::All
        } else if let Some(filter) = inside.strip_prefix("?(").and_then(|f| f.strip_suffix(')')) {
            let (path, wanted) = filter.split_once("==")?;
            Self::Filter(path.trim().strip_prefix('@')?.to_owned(), literal(wanted.trim())?)
        } else if let Some(name) = quoted(inside) {
            Self::Field(name)
        } else {
            Self::Index(inside.parse().ok()?)
        };
        Some((step, rest))
    }

    fn take<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match (self, value) {
            (Self::Field(name), Value::Object(members)) => members.get(name).into_iter().collect(),
            (Self::Index(index), Value::Array(items)) => {
                let from_end = items
                    .len()
                    .checked_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX));
                let index = if *index < 0 { from_end } else { usize::try_from(*index).ok() };
                index.and_then(|index| items.get(index)).into_iter().collect()
            }
            (Self::All, Value::Array(items)) => items.iter().collect(),
            (Self::All, Value::Object(members)) => members.values().collect(),
            (Self::Filter(path, wanted), Value::Array(items)) => {
                items.iter().filter(|item| first(path, item) == Some(wanted)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Parses a field's name, with `\` as escape character; returns it and the rest.
fn field(path: &str) -> (String, &str) {
    let mut name = String::new();
    let mut characters = path.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '.' | '[' => return (name, &path[at..]),
            '\\' => name.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => name.push(character),
        }
    }
    (name, "")
}

/// Returns the text up to the closing bracket outside quotes, and the rest.
fn bracket(path: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    let mut depth = 1;
    for (at, character) in path.char_indices() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (_, Some(open)) if character == open => quote = None,
            ('[', None) => depth += 1,
            (']', None) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&path[..at], &path[at + 1..]));
        }
    }
    None
}

fn quoted(text: &str) -> Option<String> {
    let inside = |quote| text.strip_prefix(quote).and_then(|text: &str| text.strip_suffix(quote));
    inside('\'').or_else(|| inside('"')).map(|name| name.replace('\\', ""))
}

/// Parses a string in single or double quotes, or a JSON value.
fn literal(text: &str) -> Option<Value> {
    quoted(text).map(Value::from).or_else(|| serde_json::from_str(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_evaluate_as_in_kubectl() {
        let object = json!({
            "metadata": {"annotations": {"example.com/x": "y"}},
            "spec": {"replicas": 3, "ports": [{"n": 80}, {"n": 443}]},
            "status": {"conditions": [
                {"type": "Ready", "status": "False"}, {"type": "Synced]", "status": "True"},
            ]},
        });
        for (path, expected) in [
            (".spec.replicas", Some(json!(3))),
            ("{.spec.replicas}", Some(json!(3))),
            ("$.spec.ports[1].n", Some(json!(443))),
            (".spec.ports[-1].n", Some(json!(443))),
            (".spec.ports[*].n", Some(json!(80))),
            (r".metadata.annotations.example\.com/x", Some(json!("y"))),
            (".metadata.annotations['example.com/x']", Some(json!("y"))),
            (r#".status.conditions[?(@.type=="Ready")].status"#, Some(json!("False"))),
            (".status.conditions[?(@.type == 'Synced]')].status", Some(json!("True"))),
            (".spec.ports[?(@.n==443)]", Some(json!({"n": 443}))),
            (".spec.ports[2].n", None),
            (".spec.ports[-3].n", None),
            (".spec.none.at.all", None),
            (".spec[", None),
            ("spec", None),
        ] {
            assert_eq!(first(path, &object).cloned(), expected, "{path}");
        }
    }
}
