//! Which names objects of a kind may have: "Object Names and IDs" of Kubernetes' documentation.

use watchable_core::ResourceInfo;

/// Why a name is none for objects of a kind; nothing where it is one.
pub(super) fn fault(resource: &ResourceInfo, name: &str) -> Option<String> {
    match (resource.group(), resource.plural()) {
        ("", "namespaces") => label_fault(name),
        ("", "services") => label_1035_fault(name),
        ("rbac.authorization.k8s.io", _)
        | ("certificates.k8s.io", "certificatesigningrequests")
        | ("networking.k8s.io", "ipaddresses") => segment_fault(name),
        _ => subdomain_fault(name),
    }
}

fn subdomain_fault(name: &str) -> Option<String> {
    too_long(name, 253).or_else(|| {
        let sound = name.split('.').all(|label| is_label(label, is_low));
        (!sound).then(|| {
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \
             '-' or '.', and must start and end with an alphanumeric character (e.g. \
             'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                .to_owned()
        })
    })
}

fn label_fault(name: &str) -> Option<String> {
    too_long(name, 63).or_else(|| {
        (!is_label(name, is_low)).then(|| {
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \
             '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or \
             '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
                .to_owned()
        })
    })
}

fn label_1035_fault(name: &str) -> Option<String> {
    too_long(name, 63).or_else(|| {
        (!is_label(name, |c| c.is_ascii_lowercase())).then(|| {
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start \
             with an alphabetic character, and end with an alphanumeric character (e.g. \
             'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .to_owned()
        })
    })
}

fn segment_fault(name: &str) -> Option<String> {
    if matches!(name, "." | "..") {
        return Some(format!("may not be '{name}'"));
    }
    ['/', '%'].iter().find(|c| name.contains(**c)).map(|c| format!("may not contain '{c}'"))
}

fn too_long(name: &str, most: usize) -> Option<String> {
    (name.len() > most).then(|| format!("must be no more than {most} characters"))
}

/// Low letters, digits and dashes, the last no dash, and the first as told.
fn is_label(label: &str, may_begin: fn(char) -> bool) -> bool {
    label.starts_with(may_begin)
        && label.ends_with(is_low)
        && label.chars().all(|c| is_low(c) || c == '-')
}

fn is_low(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_takes_its_names_and_no_others() {
        type Fault = fn(&str) -> Option<String>;
        let cases: &[(Fault, &[&str], &[&str])] = &[
            (subdomain_fault, &["a", "0.b-c", "a.b.c"], &["", "A", "a_b", "-a", "a-", "a..b", "ü"]),
            (label_fault, &["a", "0-b"], &["a.b", "-a", "a-", "A", ""]),
            (label_1035_fault, &["a0", "a-b"], &["0a", "a.b", "a-"]),
            (segment_fault, &["A:b_c", "…"], &[".", "..", "a/b", "a%b"]),
        ];
        for (fault, good, bad) in cases {
            good.iter().for_each(|name| assert_eq!(fault(name), None, "{name}"));
            bad.iter().for_each(|name| assert!(fault(name).is_some(), "{name}"));
        }
        assert_eq!(subdomain_fault(&"a".repeat(253)), None);
        assert!(subdomain_fault(&"a".repeat(254)).unwrap().contains("253"));
        assert!(label_fault(&"a".repeat(64)).unwrap().contains("63"));
    }
}
