//! Derives a field's Rust name from its JSON name.

use heck::ToSnakeCase as _;

/// Names that no rule produces, as in k8s-openapi.
///
/// One of its names is deliberately not here: k8s-openapi has `stub_pkc_s10_request` for
/// `stubPKCS10Request`; the rules produce `stub_pkcs10_request`, which keeps PKCS #10 in one word.
const SPECIAL: [(&str, &str); 3] =
    [("$ref", "ref_path"), ("$schema", "schema"), ("openAPIV3Schema", "open_api_v3_schema")];

/// Returns the field's Rust name: snake case, with a trailing `_` if it would be a keyword.
pub(crate) fn field(wire: &str) -> String {
    if let Some((_, name)) = SPECIAL.iter().find(|(special, _)| *special == wire) {
        return (*name).to_owned();
    }
    let name = fold_plural_acronyms(wire).to_snake_case();
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

/// Returns the JSON name if serde's `rename_all = "camelCase"` would produce another one.
pub(crate) fn rename<'a>(wire: &'a str, name: &str) -> Option<&'a str> {
    (serde_camel_case(name) != wire).then_some(wire)
}

/// Rewrites plural acronyms for heck: `podIPs` becomes `podIps`.
fn fold_plural_acronyms(wire: &str) -> String {
    let letters: Vec<char> = wire.chars().collect();
    let mut folded = letters.clone();
    let mut i = 0;
    while i < letters.len() {
        let run = letters[i..].iter().take_while(|c| c.is_ascii_uppercase()).count();
        let end = i + run;
        let plural = letters.get(end) == Some(&'s')
            && letters.get(end + 1).is_none_or(|next| !next.is_ascii_lowercase());
        if run >= 2 && plural {
            folded[i + 1..end].iter_mut().for_each(char::make_ascii_lowercase);
        }
        i = end.max(i + 1);
    }
    folded.into_iter().collect()
}

fn serde_camel_case(name: &str) -> String {
    let mut camel = String::new();
    let mut capital = false;
    for letter in name.chars() {
        if letter == '_' {
            capital = true;
        } else {
            camel.push(if capital && !camel.is_empty() {
                letter.to_ascii_uppercase()
            } else {
                letter
            });
            capital = false;
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_with_acronyms_symbols_and_keywords() {
        for (wire, name) in [
            ("podIP", "pod_ip"),
            ("podIPs", "pod_ips"),
            ("clusterIPs", "cluster_ips"),
            ("externalIPs", "external_ips"),
            ("hostIPs", "host_ips"),
            ("podCIDRs", "pod_cidrs"),
            ("serverAddressByClientCIDRs", "server_address_by_client_cidrs"),
            ("clientCIDR", "client_cidr"),
            ("nonResourceURLs", "non_resource_urls"),
            ("targetWWNs", "target_wwns"),
            ("wwids", "wwids"),
            ("externalID", "external_id"),
            ("loadBalancerIP", "load_balancer_ip"),
            ("hostIPC", "host_ipc"),
            ("hostPID", "host_pid"),
            ("fsType", "fs_type"),
            ("diskURI", "disk_uri"),
            ("iscsiInterface", "iscsi_interface"),
            ("setHostnameAsFQDN", "set_hostname_as_fqdn"),
            ("JSONPath", "json_path"),
            ("caBundle", "ca_bundle"),
            ("$ref", "ref_path"),
            ("$schema", "schema"),
            ("openAPIV3Schema", "open_api_v3_schema"),
            ("stubPKCS10Request", "stub_pkcs10_request"),
            ("x-kubernetes-int-or-string", "x_kubernetes_int_or_string"),
            ("type", "type_"),
            ("continue", "continue_"),
            ("_continue", "continue_"),
            ("as", "as_"),
            ("enum", "enum_"),
            ("static", "static_"),
            ("ref", "ref_"),
            ("default", "default"),
        ] {
            assert_eq!(field(wire), name, "{wire}");
        }
    }

    #[test]
    fn only_names_that_serde_cannot_derive_are_renamed() {
        for (wire, rename) in [
            ("type", None),
            ("fsType", None),
            ("podIP", Some("podIP")),
            ("podIPs", Some("podIPs")),
            ("_continue", Some("_continue")),
            ("$ref", Some("$ref")),
            ("JSONPath", Some("JSONPath")),
            ("x-kubernetes-int-or-string", Some("x-kubernetes-int-or-string")),
        ] {
            assert_eq!(super::rename(wire, &field(wire)), rename, "{wire}");
        }
    }
}
