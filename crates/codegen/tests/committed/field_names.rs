//! Compares the Rust names of properties with a golden file.
//!
//! Field names are public API and must change only deliberately: run this test with `ACCEPT_NAMES=1` to
//! update the file, and review the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::release::{releases, root};
use crate::source::Wired;

/// A line of the golden file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) ours: String,
    /// The name in k8s-openapi, if different.
    pub(crate) theirs: Option<String>,
}

const HEADER: &str = "\
# Every property of every release: its JSON name and the name of its Rust field. A third column has the
# name in k8s-openapi, if it differs: k8s_openapi.txt has the reasons.
# Checked by crates/codegen/tests/committed/field_names.rs; ACCEPT_NAMES=1 updates it.
";

/// The deliberate difference from k8s-openapi's names.
const REASONS: &str = include_str!("../golden/k8s_openapi.txt");

/// The difficult names and names with acronyms in the specs; all must be covered.
const TRICKY: [(&str, &str); 39] = [
    ("podIP", "pod_ip"),
    ("podIPs", "pod_ips"),
    ("hostIPs", "host_ips"),
    ("clusterIP", "cluster_ip"),
    ("clusterIPs", "cluster_ips"),
    ("externalIPs", "external_ips"),
    ("podCIDRs", "pod_cidrs"),
    ("loadBalancerIP", "load_balancer_ip"),
    ("loadBalancerSourceRanges", "load_balancer_source_ranges"),
    ("serverAddressByClientCIDRs", "server_address_by_client_cidrs"),
    ("clientCIDR", "client_cidr"),
    ("nonResourceURLs", "non_resource_urls"),
    ("targetWWNs", "target_wwns"),
    ("wwids", "wwids"),
    ("hostIPC", "host_ipc"),
    ("hostPID", "host_pid"),
    ("diskURI", "disk_uri"),
    ("volumeID", "volume_id"),
    ("pdID", "pd_id"),
    ("nodeUID", "node_uid"),
    ("datasetUUID", "dataset_uuid"),
    ("downwardAPI", "downward_api"),
    ("scaleIO", "scale_io"),
    ("allowedCSIDrivers", "allowed_csi_drivers"),
    ("currentCPUUtilizationPercentage", "current_cpu_utilization_percentage"),
    ("insecureSkipTLSVerify", "insecure_skip_tls_verify"),
    ("setHostnameAsFQDN", "set_hostname_as_fqdn"),
    ("JSONPath", "json_path"),
    ("Port", "port"),
    ("openAPIV3Schema", "open_api_v3_schema"),
    ("stubPKCS10Request", "stub_pkcs10_request"),
    ("$ref", "ref_path"),
    ("$schema", "schema"),
    ("x-kubernetes-preserve-unknown-fields", "x_kubernetes_preserve_unknown_fields"),
    ("type", "type_"),
    ("continue", "continue_"),
    ("enum", "enum_"),
    ("default", "default"),
    ("fsType", "fs_type"),
];

fn path() -> PathBuf {
    root().join("crates/codegen/tests/golden/field_names.txt")
}

/// Reads the golden file, by JSON name.
pub(crate) fn golden() -> BTreeMap<String, Name> {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let names = lines.map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let (wire, ours, theirs) = match words[..] {
            [wire, ours] => (wire, ours, None),
            [wire, ours, theirs] => (wire, ours, Some(theirs.to_owned())),
            _ => panic!("field_names.txt: `{line}` is not a line of two or three words"),
        };
        (wire.to_owned(), Name { ours: ours.to_owned(), theirs })
    });
    let found: Vec<_> = names.collect();
    assert!(found.is_sorted_by(|a, b| a.0 < b.0), "field_names.txt is not sorted");
    found.into_iter().collect()
}

/// Returns the names in the generated code, with the place where each was first seen.
fn generated() -> BTreeMap<String, (String, String)> {
    let mut names: BTreeMap<String, (String, String)> = BTreeMap::new();
    for release in releases() {
        for (path, module) in &release.modules {
            for (type_, fields) in &module.models {
                for Wired { name, wire, .. } in fields {
                    let here = format!("{}::{path}::{type_}", release.name);
                    let (before, of) =
                        names.entry(wire.clone()).or_insert_with(|| (name.clone(), here.clone()));
                    assert_eq!(before, name, "{wire} has two names: in {of}, and in {here}");
                }
            }
        }
    }
    names
}

#[test]
fn names_match_the_golden_file() {
    let (golden, generated) = (golden(), generated());
    let mut differ = Vec::new();
    for wire in golden.keys().chain(generated.keys()).collect::<BTreeSet<_>>() {
        match (golden.get(wire), generated.get(wire)) {
            (Some(golden), Some((name, _))) if golden.ours == *name => {}
            (Some(golden), Some((name, place))) => {
                let theirs = golden.theirs.as_ref().unwrap_or(&golden.ours);
                differ.push(format!(
                    "{wire} is now {name}, not {}, in {place}; k8s-openapi has {theirs}",
                    golden.ours
                ));
            }
            (None, Some((name, place))) => {
                differ.push(format!("{wire} is new: {name}, in {place}"));
            }
            (_, None) if !cfg!(feature = "every-release") => {}
            (_, None) => differ.push(format!("{wire} is gone: no release has it")),
        }
    }
    if cfg!(feature = "every-release") && std::env::var_os("ACCEPT_NAMES").is_some() {
        accept(&golden, &generated);
        return;
    }
    assert!(
        differ.is_empty(),
        "{} names differ from {}; if that is meant, run with ACCEPT_NAMES=1 and --features every-release:\n{}",
        differ.len(),
        path().display(),
        differ[..differ.len().min(40)].join("\n")
    );
}

/// Updates the file and keeps k8s-openapi's names where they differ.
fn accept(golden: &BTreeMap<String, Name>, generated: &BTreeMap<String, (String, String)>) {
    let mut text = HEADER.to_owned();
    for (wire, (ours, _)) in generated {
        let theirs = golden.get(wire).map(|name| name.theirs.as_ref().unwrap_or(&name.ours));
        let _ = match theirs.filter(|theirs| *theirs != ours) {
            Some(theirs) => writeln!(text, "{wire} {ours} {theirs}"),
            None => writeln!(text, "{wire} {ours}"),
        };
    }
    fs::write(path(), text).unwrap();
}

#[test]
fn difficult_names_are_as_designed() {
    let generated = generated();
    for (wire, name) in TRICKY {
        let found = generated.get(wire).map(|(found, _)| found.as_str());
        if found.is_some() || cfg!(feature = "every-release") {
            assert_eq!(found, Some(name), "{wire}");
        }
    }
    // An acronym is one word.
    for (wire, (name, place)) in &generated {
        let letters = name.split('_').filter(|word| word.len() == 1).count();
        assert!(letters <= 1, "{wire} is spelt out: {name}, in {place}");
        assert!(!name.contains("__") && name.to_lowercase() == *name, "{wire}: {name}, in {place}");
    }
}

#[test]
fn differences_from_k8s_openapi_are_deliberate() {
    let golden = golden();
    let reasons: BTreeMap<(&str, &str, &str), &str> = REASONS
        .lines()
        .filter_map(|line| line.strip_prefix("field "))
        .map(|line| {
            let mut words = line.splitn(4, ' ');
            let mut next = || words.next().unwrap_or_else(|| panic!("k8s_openapi.txt: `{line}`"));
            ((next(), next(), next()), next())
        })
        .collect();
    let differ: BTreeSet<(&str, &str, &str)> = golden
        .iter()
        .filter_map(|(wire, name)| {
            Some((wire.as_str(), name.ours.as_str(), name.theirs.as_deref()?))
        })
        .collect();
    let with_reason: BTreeSet<_> = reasons.keys().copied().collect();
    assert_eq!(differ, with_reason, "left: field_names.txt; right: k8s_openapi.txt");
    assert!(reasons.values().all(|reason| reason.len() > 20), "a reason is a sentence");
}
