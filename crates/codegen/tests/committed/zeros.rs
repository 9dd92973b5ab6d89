//! Tests of well-known fields whose zeros are values, or are not.

use crate::release::{place, releases};

#[test]
fn well_known_zeros_are_values_or_absent_in_facts_and_models() {
    for (definition, property, type_, zero, first) in [
        ("apps.v1.DeploymentSpec", "replicas", "int32", " pointer", 17),
        ("core.v1.SecurityContext", "privileged", "bool", " pointer", 17),
        ("core.v1.PodSpec", "automountServiceAccountToken", "bool", " pointer", 17),
        ("core.v1.PodSpec", "terminationGracePeriodSeconds", "int64", " pointer", 17),
        ("core.v1.PodSpec", "preemptionPolicy", "string", " pointer", 24),
        ("core.v1.ConfigMapKeySelector", "optional", "bool", " pointer", 17),
        ("admissionregistration.v1.RuleWithOperations", "scope", "string", " pointer", 17),
        ("core.v1.ContainerStatus", "started", "bool", " pointer", 17),
        ("core.v1.PodSpec", "hostNetwork", "bool", "", 17),
        ("core.v1.ContainerStatus", "restartCount", "int32", "", 17),
        ("core.v1.ConfigMapKeySelector", "name", "string", "", 17),
        ("core.v1.EphemeralContainer", "stdin", "bool", "", 17),
        ("apps.v1.DeploymentStatus", "replicas", "int32", "", 17),
        ("core.v1.Event", "reportingComponent", "string", " always", 17),
        ("apps.v1.StatefulSetStatus", "availableReplicas", "int32", " always", 24),
    ] {
        check(&format!("io.k8s.api.{definition}"), property, type_, zero, first);
    }
    let meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    check(&format!("{meta}ObjectMeta"), "generateName", "string", "", 17);
    check(&format!("{meta}ObjectMeta"), "deletionGracePeriodSeconds", "int64", " pointer", 17);
    check(&format!("{meta}OwnerReference"), "controller", "bool", " pointer", 17);
    let aggregator = "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.";
    check(&format!("{aggregator}ServiceReference"), "port", "int32", " pointer", 17);
    check(&format!("{aggregator}APIServiceSpec"), "insecureSkipTLSVerify", "bool", "", 17);
    let extensions = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
    check(&format!("{extensions}JSONSchemaProps"), "maxLength", "int64", " pointer", 17);
    check(&format!("{extensions}JSONSchemaProps"), "uniqueItems", "bool", "", 17);
}

/// Checks a property in all releases from the first on.
fn check(definition: &str, property: &str, type_: &str, zero: &str, first: u32) {
    for release in releases() {
        let minor: u32 = release.name.trim_start_matches("rel_1_").parse().unwrap();
        if minor < first {
            continue;
        }
        let place_of = format!("{}: {definition}, {property}", release.name);
        let fact = &release.facts["definitions"][definition]["properties"][property]["protobuf"];
        let (_, fact) =
            fact.as_str().unwrap_or_else(|| panic!("{place_of}")).split_once(' ').unwrap();
        assert_eq!(fact, format!("{type_}{zero}"), "{place_of}");
        let (module, name) = place(definition);
        let mut fields = release.modules[&module].models[&name].iter();
        let field = fields.find(|field| field.wire == property).unwrap();
        assert_eq!(field.pointer, !zero.is_empty(), "{place_of}");
    }
}
