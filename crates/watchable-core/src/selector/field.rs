//! Field selectors: `metadata.name=a,status.phase!=Running`.

use std::fmt;
use std::str::FromStr;

use super::error::SelectorError;

/// A field selector: an object matches if it meets every requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector(Vec<FieldRequirement>);

/// One requirement on one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRequirement {
    /// The field's path, such as `metadata.name`.
    pub path: String,
    /// Whether the value must be equal (`=`) or different (`!=`).
    pub equal: bool,
    /// The value, unescaped.
    pub value: String,
}

impl FieldSelector {
    /// Returns the requirements, in the order in which they are written.
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.0
    }

    /// Returns whether an object matches. `field` returns the value of a field by its path; an absent field
    /// counts as empty.
    pub fn matches<'a>(&self, field: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|r| (field(&r.path).unwrap_or_default() == r.value) == r.equal)
    }
}

impl FromStr for FieldSelector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        // As on an API server, empty terms are skipped: some clients send a trailing comma.
        let terms = split_unescaped(text).into_iter().filter(|term| !term.trim().is_empty());
        let requirements: Vec<_> = terms.map(requirement).collect::<Result<_, _>>()?;
        if requirements.is_empty() {
            return Err(SelectorError::new("the selector is empty; omit it to select everything"));
        }
        Ok(Self(requirements))
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
        return Err(SelectorError::new(format!("{path:?} is not a valid field path")));
    }
    Ok(FieldRequirement { path: path.to_owned(), equal, value: unescape(value)? })
}

/// Splits at commas that are not escaped by a backslash.
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
                        r"{value:?} has an invalid escape; only \\, \, and \= are allowed"
                    )));
                }
            },
            '=' => {
                return Err(SelectorError::new(format!(r"{value:?} has an unescaped =; write \=")));
            }
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
    fn matches_only_if_every_requirement_is_met() {
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
    fn escaped_value_round_trips() {
        let selector = parse(r"spec.x==a\,b\=c\\d,y=z");
        assert_eq!(selector.requirements()[0].value, r"a,b=c\d");
        assert_eq!(parse(&selector.to_string()), selector);
    }

    #[test]
    fn empty_terms_are_skipped() {
        assert_eq!(parse("metadata.name=a,"), parse("metadata.name=a"));
        assert_eq!(parse(",a=b,, c=d,"), parse("a=b,c=d"));
        assert_eq!(parse(r"a=b\,,").requirements()[0].value, "b,");
    }

    #[test]
    fn malformed_selector_is_an_error() {
        for (text, part) in [
            ("", "empty"),
            (" , ,", "empty"),
            ("name", "no operator"),
            ("=a", "not a valid field path"),
            ("a=b=c", "unescaped ="),
            (r"a=\x", "invalid escape"),
        ] {
            let error = text.parse::<FieldSelector>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
