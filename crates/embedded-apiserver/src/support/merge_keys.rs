//! The merge keys of lists.

/// Returns the merge key of a list, which is the same in all releases' specs.
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
