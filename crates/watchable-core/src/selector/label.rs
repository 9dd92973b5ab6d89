//! Label selectors: `app=web,tier in (front, back),!canary`.

use std::fmt;
use std::str::FromStr;

use super::error::SelectorError;

/// A label selector: an object matches if it meets every requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector(Vec<LabelRequirement>);

/// One requirement on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelRequirement {
    /// `key`: the object has the label.
    Exists(String),
    /// `!key`: the object does not have the label.
    NotExists(String),
    /// `key=a`, `key in (a, b)`: the object has the label with one of these values.
    In(String, Vec<String>),
    /// `key!=a`, `key notin (a, b)`: the object does not have the label with one of these values.
    NotIn(String, Vec<String>),
    /// `key>1`: the label is an integer greater than this.
    Greater(String, i64),
    /// `key<1`: the label is an integer less than this.
    Less(String, i64),
}

impl LabelSelector {
    /// Returns the requirements, in the order in which they are written.
    pub fn requirements(&self) -> &[LabelRequirement] {
        &self.0
    }

    /// Returns whether an object matches. `label` returns the value of a label by its key.
    pub fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let number = |key: &str| label(key).and_then(|value| value.parse::<i64>().ok());
        self.0.iter().all(|requirement| match requirement {
            LabelRequirement::Exists(key) => label(key).is_some(),
            LabelRequirement::NotExists(key) => label(key).is_none(),
            LabelRequirement::In(key, values) => {
                label(key).is_some_and(|value| values.iter().any(|v| v == value))
            }
            LabelRequirement::NotIn(key, values) => {
                label(key).is_none_or(|value| values.iter().all(|v| v != value))
            }
            LabelRequirement::Greater(key, bound) => number(key).is_some_and(|n| n > *bound),
            LabelRequirement::Less(key, bound) => number(key).is_some_and(|n| n < *bound),
        })
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, requirement) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            match requirement {
                LabelRequirement::Exists(key) => write!(f, "{key}"),
                LabelRequirement::NotExists(key) => write!(f, "!{key}"),
                LabelRequirement::In(key, values) => write!(f, "{key} in ({})", values.join(",")),
                LabelRequirement::NotIn(key, values) => {
                    write!(f, "{key} notin ({})", values.join(","))
                }
                LabelRequirement::Greater(key, bound) => write!(f, "{key}>{bound}"),
                LabelRequirement::Less(key, bound) => write!(f, "{key}<{bound}"),
            }?;
        }
        Ok(())
    }
}

impl FromStr for LabelSelector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        if text.trim().is_empty() {
            return Err(SelectorError::new("the selector is empty; omit it to select everything"));
        }
        split_outside_parentheses(text)?
            .into_iter()
            .map(|term| requirement(term.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn split_outside_parentheses(text: &str) -> Result<Vec<&str>, SelectorError> {
    let mut terms = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '(' if !inside => inside = true,
            ')' if inside => inside = false,
            '(' | ')' => {
                return Err(SelectorError::new(format!("{text:?} has an unmatched {c:?}")));
            }
            ',' if !inside => {
                terms.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if inside {
        return Err(SelectorError::new(format!("{text:?} has no closing ')'")));
    }
    terms.push(&text[start..]);
    Ok(terms)
}

fn requirement(term: &str) -> Result<LabelRequirement, SelectorError> {
    if let Some(key) = term.strip_prefix('!') {
        return Ok(LabelRequirement::NotExists(label_key(key)?));
    }
    if let Some((head, list)) = term.split_once('(') {
        return set_requirement(term, head, list);
    }
    for (operator, equal) in [("!=", false), ("==", true), ("=", true)] {
        if let Some((key, value)) = term.split_once(operator) {
            let (key, values) = (label_key(key)?, vec![label_value(value)?]);
            return Ok(if equal {
                LabelRequirement::In(key, values)
            } else {
                LabelRequirement::NotIn(key, values)
            });
        }
    }
    if let Some((key, bound)) = term.split_once('>') {
        return Ok(LabelRequirement::Greater(label_key(key)?, integer(bound)?));
    }
    if let Some((key, bound)) = term.split_once('<') {
        return Ok(LabelRequirement::Less(label_key(key)?, integer(bound)?));
    }
    Ok(LabelRequirement::Exists(label_key(term)?))
}

/// `key in (a, b)` and `key notin (a, b)`; `list` is what follows the opening parenthesis.
fn set_requirement(term: &str, head: &str, list: &str) -> Result<LabelRequirement, SelectorError> {
    let Some(list) = list.strip_suffix(')') else {
        return Err(SelectorError::new(format!("{term:?} has text after its ')'")));
    };
    let values = list.split(',').map(label_value).collect::<Result<Vec<_>, _>>()?;
    match head.split_whitespace().collect::<Vec<_>>()[..] {
        [key, "in"] => Ok(LabelRequirement::In(label_key(key)?, values)),
        [key, "notin"] => Ok(LabelRequirement::NotIn(label_key(key)?, values)),
        _ => Err(SelectorError::new(format!(
            "{term:?} has an unknown operator; write key in (a, b) or key notin (a, b)"
        ))),
    }
}

/// Parses a label key: a name of up to 63 characters, with an optional DNS name and slash as prefix.
fn label_key(key: &str) -> Result<String, SelectorError> {
    let key = key.trim();
    let (prefix, name) = key.split_once('/').map_or((None, key), |(p, n)| (Some(p), n));
    let is_valid_prefix = prefix.is_none_or(|p| {
        !p.is_empty()
            && p.len() <= 253
            && p.split('.').all(|part| {
                is_name(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| c == '-')
            })
    });
    if is_valid_prefix && name.len() <= 63 && is_label_text(name) {
        Ok(key.to_owned())
    } else {
        Err(SelectorError::new(format!("{key:?} is not a valid label key")))
    }
}

fn label_value(value: &str) -> Result<String, SelectorError> {
    let value = value.trim();
    if value.is_empty() || (value.len() <= 63 && is_label_text(value)) {
        Ok(value.to_owned())
    } else {
        Err(SelectorError::new(format!("{value:?} is not a valid label value")))
    }
}

fn integer(bound: &str) -> Result<i64, SelectorError> {
    let bound = bound.trim();
    bound.parse().map_err(|_| SelectorError::new(format!("{bound:?} is not an integer")))
}

fn is_label_text(text: &str) -> bool {
    is_name(text, |c| c.is_ascii_alphanumeric(), |c| matches!(c, '-' | '_' | '.'))
}

/// Returns whether a text starts and ends with an `end` character and has only `end` and `inner` characters.
fn is_name(text: &str, end: impl Fn(char) -> bool, inner: impl Fn(char) -> bool) -> bool {
    text.starts_with(&end) && text.ends_with(&end) && text.chars().all(|c| end(c) || inner(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> bool {
        let selector: LabelSelector = selector.parse().unwrap();
        assert_eq!(selector.to_string().parse::<LabelSelector>().unwrap(), selector);
        selector.matches(|key| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v))
    }

    #[test]
    fn equality_operators_match_by_value() {
        assert!(matches("app=web", &[("app", "web")]));
        assert!(matches("app==web", &[("app", "web")]));
        assert!(!matches("app=web", &[("app", "db")]));
        assert!(!matches("app=web", &[]));
        assert!(matches("app!=web", &[("app", "db")]));
        assert!(matches("app!=web", &[]));
        assert!(matches("app=", &[("app", "")]));
    }

    #[test]
    fn set_operators_match_by_values() {
        assert!(matches("app in (web, db)", &[("app", "db")]));
        assert!(!matches("app in (web, db)", &[]));
        assert!(matches("app notin (web,db)", &[]));
        assert!(!matches("app notin (web,db)", &[("app", "web")]));
    }

    #[test]
    fn existence_and_comparison_operators_match_in_conjunction() {
        assert!(matches("app", &[("app", "x")]));
        assert!(!matches("!app", &[("app", "x")]));
        assert!(matches("n>3,n<5", &[("n", "4")]));
        assert!(!matches("n>3", &[("n", "three")]));
        let both = "example.com/app=web,tier in (front),!canary";
        assert!(matches(both, &[("example.com/app", "web"), ("tier", "front")]));
        assert!(!matches(both, &[("example.com/app", "web"), ("tier", "front"), ("canary", "")]));
    }

    #[test]
    fn malformed_selector_is_an_error() {
        for (text, part) in [
            ("", "empty"),
            ("a=b,", "not a valid label key"),
            ("a in (b", "closing"),
            ("a in b)", "unmatched"),
            ("a within (b)", "unknown operator"),
            ("a in (b) c", "after its ')'"),
            ("a=b c", "not a valid label value"),
            ("-a=b", "not a valid label key"),
            ("UPPER.com/a=b", "not a valid label key"),
            ("a>b", "not an integer"),
        ] {
            let error = text.parse::<LabelSelector>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
