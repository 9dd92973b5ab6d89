//! Qualified names, the form of label keys and finalizers, and the values of labels.
//!
//! The rules are in "Labels and Selectors" of the Kubernetes documentation.

use super::name::subdomain_error;

/// The longest name part and the longest label value, in bytes.
const MAX_LENGTH: usize = 63;
const FORM: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME_EXAMPLES: &str = "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/// Returns the errors of a qualified name: a name, with an optional domain and slash before it.
pub(super) fn errors(text: &str) -> Vec<String> {
    let (domain, name) = match text.split('/').collect::<Vec<_>>()[..] {
        [name] => (None, name),
        [domain, name] => (Some(domain), name),
        _ => {
            let rest = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a qualified name {FORM} {NAME_EXAMPLES} {rest}")];
        }
    };
    let mut errors = Vec::new();
    match domain {
        Some("") => errors.push("prefix part must be non-empty".to_owned()),
        Some(domain) => {
            errors.extend(subdomain_error(domain).map(|why| format!("prefix part {why}")));
        }
        None => {}
    }
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    } else if name.len() > MAX_LENGTH {
        errors.push(format!("name part must be no more than {MAX_LENGTH} bytes"));
    }
    if !has_form(name) {
        errors.push(format!("name part {FORM} {NAME_EXAMPLES}"));
    }
    errors
}

/// Returns the errors of a label's value, which may be empty.
pub(super) fn label_value_errors(value: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if value.len() > MAX_LENGTH {
        errors.push(format!("must be no more than {MAX_LENGTH} bytes"));
    }
    if !value.is_empty() && !has_form(value) {
        let form = FORM.trim_start_matches("must ");
        errors.push(format!(
            "a valid label must be an empty string or {form} (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
        ));
    }
    errors
}

fn has_form(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_a_domain_and_values_may_be_empty() {
        let longest = "a".repeat(MAX_LENGTH);
        for name in ["a", "A_b-c.9", "example.com/A", &longest, &format!("a.b/{longest}")] {
            assert!(errors(name).is_empty(), "{name}");
        }
        for name in
            ["", "/", "a/", "/a", "a/b/c", "-a", "a ", "A.com/b", "ü", &format!("{longest}a")]
        {
            assert!(!errors(name).is_empty(), "{name}");
        }
        for (value, valid) in [("", true), (&*longest, true), ("a b", false), ("a-", false)] {
            assert_eq!(label_value_errors(value).is_empty(), valid, "{value}");
        }
    }
}
