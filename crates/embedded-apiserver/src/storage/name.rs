//! Validation of object names, by "Object Names and IDs" in the Kubernetes documentation.

use watchable_core::ResourceInfo;

/// Returns the error message of an invalid name, or `None` if the resource allows the name.
pub(super) fn error(resource: &ResourceInfo, name: &str) -> Option<String> {
    match (resource.group(), resource.plural()) {
        ("", "namespaces") => label_error(name),
        ("", "services") => label_1035_error(name),
        ("rbac.authorization.k8s.io", _)
        | ("certificates.k8s.io", "certificatesigningrequests")
        | ("networking.k8s.io", "ipaddresses") => segment_error(name),
        _ => subdomain_error(name),
    }
}

/// Returns the error message of a text that is not a DNS subdomain.
pub(super) fn subdomain_error(name: &str) -> Option<String> {
    too_long(name, 253).or_else(|| {
        let is_valid = name.split('.').all(|label| is_label(label, is_alphanumeric));
        (!is_valid).then(|| {
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \
             '-' or '.', and must start and end with an alphanumeric character (e.g. \
             'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                .to_owned()
        })
    })
}

fn label_error(name: &str) -> Option<String> {
    too_long(name, 63).or_else(|| {
        (!is_label(name, is_alphanumeric)).then(|| {
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \
             '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or \
             '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
                .to_owned()
        })
    })
}

fn label_1035_error(name: &str) -> Option<String> {
    too_long(name, 63).or_else(|| {
        (!is_label(name, |c| c.is_ascii_lowercase())).then(|| {
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start \
             with an alphabetic character, and end with an alphanumeric character (e.g. \
             'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .to_owned()
        })
    })
}

fn segment_error(name: &str) -> Option<String> {
    if matches!(name, "." | "..") {
        return Some(format!("may not be '{name}'"));
    }
    ['/', '%'].iter().find(|c| name.contains(**c)).map(|c| format!("may not contain '{c}'"))
}

fn too_long(name: &str, max: usize) -> Option<String> {
    (name.len() > max).then(|| format!("must be no more than {max} characters"))
}

/// Returns whether a label has only lower case letters, digits and dashes, a valid first character, and no
/// dash at the end.
fn is_label(label: &str, is_valid_first: fn(char) -> bool) -> bool {
    label.starts_with(is_valid_first)
        && label.ends_with(is_alphanumeric)
        && label.chars().all(|c| is_alphanumeric(c) || c == '-')
}

fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_names_pass_and_invalid_names_are_errors() {
        type Check = fn(&str) -> Option<String>;
        let cases: &[(Check, &[&str], &[&str])] = &[
            (subdomain_error, &["a", "0.b-c", "a.b.c"], &["", "A", "a_b", "-a", "a-", "a..b", "ü"]),
            (label_error, &["a", "0-b"], &["a.b", "-a", "a-", "A", ""]),
            (label_1035_error, &["a0", "a-b"], &["0a", "a.b", "a-"]),
            (segment_error, &["A:b_c", "…"], &[".", "..", "a/b", "a%b"]),
        ];
        for (check, valid, invalid) in cases {
            valid.iter().for_each(|name| assert_eq!(check(name), None, "{name}"));
            invalid.iter().for_each(|name| assert!(check(name).is_some(), "{name}"));
        }
        assert_eq!(subdomain_error(&"a".repeat(253)), None);
        assert!(subdomain_error(&"a".repeat(254)).unwrap().contains("253"));
        assert!(label_error(&"a".repeat(64)).unwrap().contains("63"));
    }
}
