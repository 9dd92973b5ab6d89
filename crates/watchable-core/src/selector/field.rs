//! Field selectors: `metadata.name=a,status.phase!=Running`.

use std::fmt;
use std::str::FromStr;

use super::SelectorError;

/// A field selector: every requirement must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector(Vec<FieldRequirement>);

/// One requirement on one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRequirement {
    /// The field's path, such as `metadata.name`.
    pub path: String,
    /// Whether the value must be equal, or must not.
    pub equal: bool,
    /// The value, unescaped.
    pub value: String,
}

impl FieldSelector {
    /// The requirements, in the order in which they were written.
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.0
    }

    /// Whether an object fits whose fields are read by `field`; an absent field reads as empty.
    pub fn matches<'a>(&self, field: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|r| (field(&r.path).unwrap_or_default() == r.value) == r.equal)
    }
}

impl FromStr for FieldSelector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        if text.trim().is_empty() {
            return Err(SelectorError::new("it is empty; leave it out to select everything"));
        }
        split_unescaped(text).into_iter().map(requirement).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, r) in self.0.iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            let operator = if r.equal { "=" } else { "!=" };
            let value = r.value.replace('\\', r"\\").replace(',', r"\,").replace('=', r"\=");
            write!(f, "{comma}{}{operator}{value}", r.path)?;
        }
        Ok(())
    }
}

fn requirement(term: &str) -> Result<FieldRequirement, SelectorError> {
    let (path, equal, value) = if let Some((path, value)) = term.split_once("!=") {
        (path, false, value)
    } else if let Some((path, value)) = term.split_once("==") {
        (path, true, value)
    } else if let Some((path, value)) = term.split_once('=') {
        (path, true, value)
    } else {
        return Err(SelectorError::new(format!(
            "{term:?} has no operator; write field=value or field!=value"
        )));
    };
    let path = path.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_/[]'".contains(c);
    if path.is_empty() || !path.chars().all(plain) {
        return Err(SelectorError::new(format!("{path:?} is not the path of a field")));
    }
    Ok(FieldRequirement { path: path.to_owned(), equal, value: unescape(value)? })
}

/// Splits at commas that no backslash stands before.
fn split_unescaped(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                terms.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms
}

fn unescape(value: &str) -> Result<String, SelectorError> {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | ',' | '=')) => plain.push(c),
                _ => {
                    return Err(SelectorError::new(format!(
                        r"{value:?} has a stray backslash; only \\, \, and \= are escapes"
                    )));
                }
            },
            '=' => return Err(SelectorError::new(format!(r"{value:?} has a bare =; write \="))),
            c => plain.push(c),
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> FieldSelector {
        text.parse().unwrap()
    }

    #[test]
    fn every_requirement_must_hold() {
        let selector = parse("metadata.name=a,metadata.namespace!=kube-system");
        let object = |name, namespace| {
            move |path: &str| match path {
                "metadata.name" => Some(name),
                "metadata.namespace" => Some(namespace),
                _ => None,
            }
        };
        assert!(selector.matches(object("a", "shop")));
        assert!(!selector.matches(object("a", "kube-system")));
        assert!(!selector.matches(object("b", "shop")));
    }

    #[test]
    fn values_are_escaped_and_unescaped() {
        let selector = parse(r"spec.x==a\,b\=c\\d,y=z");
        assert_eq!(selector.requirements()[0].value, r"a,b=c\d");
        assert_eq!(parse(&selector.to_string()), selector);
    }

    #[test]
    fn malformed_ones_are_named() {
        for (text, part) in [
            ("", "empty"),
            ("name", "no operator"),
            ("=a", "not the path"),
            ("a=b=c", "bare ="),
            (r"a=\x", "stray"),
        ] {
            let error = text.parse::<FieldSelector>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
