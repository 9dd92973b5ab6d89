//! The keys by which the items of lists are told apart.

/// By what the items of a list are told apart, as all releases' specs say.
pub(crate) fn merge_key(field: &str, in_service: bool) -> Option<&'static str> {
    Some(match field {
        "conditions" | "addresses" => "type",
        "ports" if in_service => "port",
        "ports" => "containerPort",
        "hostAliases" | "hostIPs" | "podIPs" => "ip",
        "ownerReferences" => "uid",
        "topologySpreadConstraints" => "topologyKey",
        "volumeDevices" => "devicePath",
        "volumeMounts" => "mountPath",
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "env"
        | "volumes"
        | "imagePullSecrets"
        | "secrets"
        | "webhooks"
        | "matchConditions"
        | "schedulingGates"
        | "resourceClaims"
        | "resourceClaimStatuses"
        | "variables"
        | "drivers" => "name",
        _ => return None,
    })
}
