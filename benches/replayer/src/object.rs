//! The served kinds: recorded objects, enlarged to their size in a busy cluster.

use std::fmt::Write as _;

use crate::encoding::Encoding;
use crate::json::Json;
use crate::protobuf::Protobuf;

/// The prefix of the plurals of custom kinds: `widgets0`, `widgets1` …
pub(crate) const CUSTOM: &str = "widgets";

/// Returns the encoding of a kind by its plural: protobuf where it is accepted, save for custom kinds.
pub(crate) fn encoding(resource: &str, accepts_protobuf: bool) -> Option<Box<dyn Encoding>> {
    let object = match resource {
        "pods" => include_str!("../../data/pod.json").to_owned(),
        "configmaps" => config_map(),
        "events" => event(),
        "nodes" => node(),
        _ => return Some(Box::new(Json::new(&custom(resource.strip_prefix(CUSTOM)?)))),
    };
    Some(if accepts_protobuf {
        Box::new(Protobuf::new(&object))
    } else {
        Box::new(Json::new(&object))
    })
}

/// Returns a `ConfigMap` of about 1.5 KB.
fn config_map() -> String {
    let mut lines = String::new();
    for setting in 0..12 {
        let _ = write!(lines, "checkout.upstream.{setting}.timeout-ms={}\\n", 250 * setting);
    }
    let data = format!("\"data\":{{\"checkout.properties\":\"{lines}\",");
    include_str!("../../data/configmap.json").replacen("\"data\":{", &data, 1)
}

/// Returns an object of a custom kind with the content of the `ConfigMap`.
fn custom(number: &str) -> String {
    let types = "\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"";
    let others = format!("\"kind\":\"Widget{number}\",\"apiVersion\":\"bench.example/v1\"");
    config_map().replacen(types, &others, 1)
}

/// Returns an Event of about 3 KB, with the managed fields of four more managers.
fn event() -> String {
    let mut fields = String::new();
    for manager in ["kubelet", "kube-scheduler", "event-exporter", "node-problem-detector"] {
        let _ = write!(
            fields,
            r#"{{"manager":"{manager}","operation":"Update","apiVersion":"v1","time":"2026-11-22T13:35:49Z","fieldsType":"FieldsV1","fieldsV1":{{"f:count":{{}},"f:firstTimestamp":{{}},"f:involvedObject":{{}},"f:lastTimestamp":{{}},"f:message":{{}},"f:reason":{{}},"f:reportingComponent":{{}},"f:reportingInstance":{{}},"f:source":{{"f:component":{{}},"f:host":{{}}}},"f:type":{{}}}}}},"#
        );
    }
    let fields = format!("\"managedFields\":[{fields}");
    include_str!("../../data/event.json").replacen("\"managedFields\":[", &fields, 1)
}

/// Returns a Node of about 20 KB, with the fifty images that a kubelet reports.
fn node() -> String {
    let mut images = String::new();
    for image in 0..50 {
        let comma = if image == 0 { "" } else { "," };
        let digest = format!("{image:02x}4a7be0c35d18f296").repeat(4);
        let digest = &digest[..64];
        let _ = write!(
            images,
            r#"{comma}{{"names":["registry.k8s.example/platform/team-{image}/service-{image}@sha256:{digest}","mirror.eu-west-1.k8s.example/platform/team-{image}/service-{image}@sha256:{digest}","registry.k8s.example/platform/team-{image}/service-{image}:v2.{image}.1-build.20261122"],"sizeBytes":{}}}"#,
            61_234_567 + image * 1_003_301
        );
    }
    let conditions = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map(|condition| {
        format!(
            r#"{{"type":"{condition}","status":"False","lastHeartbeatTime":"2026-11-22T13:35:49Z","lastTransitionTime":"2026-11-20T08:11:22Z","reason":"KubeletHas{condition}","message":"kubelet has noticed {condition}"}}"#
        )
    });
    let conditions = conditions.join(",");
    let status = format!("\"status\":{{\"conditions\":[{conditions}],\"images\":[{images}],");
    include_str!("../../data/node.json").replacen("\"status\":{", &status, 1)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::scenario::Stamp;

    /// Returns the item of a kind's list.
    fn item(resource: &str, accepts_protobuf: bool) -> Vec<u8> {
        let mut item = Vec::new();
        encoding(resource, accepts_protobuf).unwrap().item(1, true, Stamp::Now, &mut item);
        item
    }

    #[test]
    fn objects_are_json_of_the_documented_sizes() {
        for (resource, sizes) in [
            ("pods", 8_500..9_500),
            ("configmaps", 1_400..1_700),
            ("events", 2_800..3_200),
            ("nodes", 18_000..22_000),
            ("widgets7", 1_400..1_700),
        ] {
            let text = item(resource, false);
            let object: Value = serde_json::from_slice(&text).unwrap();
            assert!(object["metadata"]["uid"].is_string());
            assert!(sizes.contains(&text.len()), "{resource}: {} bytes", text.len());
            assert!(!text.contains(&b'\n'), "{resource} is one line");
        }
    }

    #[test]
    fn protobuf_is_smaller_and_custom_kinds_have_none() {
        for resource in ["pods", "configmaps", "events", "nodes"] {
            let sizes = [true, false].map(|protobuf| item(resource, protobuf).len());
            assert!(sizes[0] < sizes[1] && sizes[0] > sizes[1] / 3, "{resource}: {sizes:?}");
        }
        assert_eq!(encoding("widgets7", true).unwrap().media_type(true), "application/json");
    }

    #[test]
    fn half_of_a_pod_is_managed_fields() {
        let text = item("pods", false);
        let object: Value = serde_json::from_slice(&text).unwrap();
        let fields = object["metadata"]["managedFields"].to_string().len();
        assert!((text.len() * 2 / 5..text.len() * 3 / 5).contains(&fields), "{fields}");
    }
}
