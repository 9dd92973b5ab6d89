//! Table cells that combine several fields.

use jiff::Timestamp;
use serde_json::Value;

fn items<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn pod_ready(pod: &Value) -> Value {
    let ready = items(pod, "/status/containerStatuses").iter().filter(|c| c["ready"] == true);
    format!("{}/{}", ready.count(), items(pod, "/spec/containers").len()).into()
}

pub(super) fn pod_status(pod: &Value) -> Value {
    if !pod["metadata"]["deletionTimestamp"].is_null() {
        return "Terminating".into();
    }
    let statuses = items(pod, "/status/containerStatuses");
    let reason = |state: &str| {
        statuses.iter().find_map(|c| c["state"][state]["reason"].as_str().map(str::to_owned))
    };
    let phase = || pod["status"]["phase"].as_str().unwrap_or("Unknown").to_owned();
    let status_reason = pod["status"]["reason"].as_str().map(str::to_owned);
    reason("waiting")
        .or_else(|| reason("terminated"))
        .or(status_reason)
        .unwrap_or_else(phase)
        .into()
}

pub(super) fn pod_restarts(pod: &Value) -> Value {
    let restarts = items(pod, "/status/containerStatuses").iter();
    restarts.filter_map(|c| c["restartCount"].as_u64()).sum::<u64>().to_string().into()
}

pub(super) fn node_status(node: &Value) -> Value {
    let mut conditions = items(node, "/status/conditions").iter();
    let ready = conditions.find(|condition| condition["type"] == "Ready");
    let status = match ready.and_then(|condition| condition["status"].as_str()) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    let cordoned = if node["spec"]["unschedulable"] == true { ",SchedulingDisabled" } else { "" };
    format!("{status}{cordoned}").into()
}

pub(super) fn node_roles(node: &Value) -> Value {
    let labels = node["metadata"]["labels"].as_object();
    let roles: Vec<_> = labels
        .into_iter()
        .flat_map(|labels| labels.keys())
        .filter_map(|label| label.strip_prefix("node-role.kubernetes.io/"))
        .collect();
    if roles.is_empty() { "<none>".into() } else { roles.join(",").into() }
}

pub(super) fn service_ports(service: &Value) -> Value {
    let port =
        |port: &Value| format!("{}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP"));
    let ports: Vec<_> = items(service, "/spec/ports").iter().map(port).collect();
    if ports.is_empty() { "<none>".into() } else { ports.join(",").into() }
}

pub(super) fn data(object: &Value) -> Value {
    let count = |field: &str| object[field].as_object().map_or(0, serde_json::Map::len);
    (count("data") + count("binaryData")).into()
}

pub(super) fn last_seen(event: &Value, now: Timestamp) -> Value {
    let times = ["/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
    let time = times.iter().find_map(|pointer| event.pointer(pointer).filter(|t| t.is_string()));
    age(time, now).into()
}

pub(super) fn involved(event: &Value) -> Value {
    let object = &event["involvedObject"];
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    format!("{}/{}", text("kind").to_lowercase(), text("name")).into()
}

pub(super) fn replicas(object: &Value) -> Value {
    let number = |pointer, or| object.pointer(pointer).and_then(Value::as_u64).unwrap_or(or);
    format!("{}/{}", number("/status/readyReplicas", 0), number("/spec/replicas", 1)).into()
}

pub(super) fn age(time: Option<&Value>, now: Timestamp) -> String {
    let then = time.and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
    let Some(then) = then else { return "<unknown>".to_owned() };
    duration(now.as_second() - then.as_second())
}

/// Formats a duration in seconds as kubectl does: the longer, the coarser.
fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let two = |big: i64, unit: &str, small: i64, small_unit: &str| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{small_unit}") }
    };
    match seconds {
        ..120 => format!("{seconds}s"),
        120..600 => two(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => two(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        _ => two(days / 365, "y", days % 365, "d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_formatted_as_by_kubectl() {
        for (seconds, text) in [
            (-3, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (601, "10m"),
            (10_860, "3h1m"),
            (90_000, "25h"),
            (200_000, "2d7h"),
            (800_000, "9d"),
            (70_000_000, "2y80d"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
