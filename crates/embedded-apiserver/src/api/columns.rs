//! The columns that kubectl shows of a kind.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::json_path;
use crate::definition::PrinterColumn;
use crate::registry::Served;

/// A column: its name, its type, and how its cell is drawn from an object.
pub(crate) struct Column {
    name: Cow<'static, str>,
    kind: Cow<'static, str>,
    /// 1 for those that only `-o wide` shows.
    priority: u8,
    draw: Draw,
}

enum Draw {
    /// A JSON pointer; absent reads as `<none>`.
    Text(&'static str),
    /// A JSON pointer; absent reads as 0.
    Number(&'static str),
    /// How long ago the time at a JSON pointer was.
    Age(&'static str),
    By(fn(&Value) -> Value),
    /// A path in JSON, of a value of the column's type.
    Path(String),
}

use Draw::{Age, By, Number, Path, Text};

impl Column {
    pub(crate) fn definition(&self) -> Value {
        json!({
            "name": self.name,
            "type": self.kind,
            "format": if self.name == "Name" { "name" } else { "" },
            "description": "",
            "priority": self.priority,
        })
    }

    /// A custom resource's cell: what is of another type than the column is left empty.
    fn typed(&self, value: Option<&Value>) -> Value {
        let value = value.unwrap_or(&Value::Null);
        match (&*self.kind, value) {
            (_, Value::Null) => Value::Null,
            ("date", value) => age(Some(value)).into(),
            ("string", Value::String(_))
            | ("boolean", Value::Bool(_))
            | ("integer" | "number", Value::Number(_)) => value.clone(),
            ("string", value) => value.to_string().into(),
            _ => Value::Null,
        }
    }

    pub(crate) fn cell(&self, object: &Value) -> Value {
        match &self.draw {
            Text(pointer) => match object.pointer(pointer) {
                None | Some(Value::Null) => "<none>".into(),
                Some(Value::String(text)) if text.is_empty() => "<none>".into(),
                Some(value) => value.clone(),
            },
            Number(pointer) => object.pointer(pointer).cloned().unwrap_or_else(|| 0.into()),
            Age(pointer) => age(object.pointer(pointer)).into(),
            By(draw) => draw(object),
            Path(path) => self.typed(json_path::first(path, object)),
        }
    }
}

/// The columns of a kind; name and age of those of which no others are known.
pub(crate) fn of(served: &Served) -> Vec<Column> {
    let name = || text("Name", "/metadata/name");
    let born = || column("Age", "string", Age("/metadata/creationTimestamp"));
    let resource = served.resource();
    let printed = served.custom.iter().flat_map(|custom| &custom.columns);
    let printed: Vec<_> = printed.map(printed_column).collect();
    if !printed.is_empty() {
        return std::iter::once(name()).chain(printed).collect();
    }
    match (resource.group(), resource.kind()) {
        ("", "Pod") => vec![
            name(),
            column("Ready", "string", By(pod_ready)),
            column("Status", "string", By(pod_status)),
            column("Restarts", "string", By(pod_restarts)),
            born(),
            wide("IP", "/status/podIP"),
            wide("Node", "/spec/nodeName"),
        ],
        ("", "Node") => vec![
            name(),
            column("Status", "string", By(node_status)),
            column("Roles", "string", By(node_roles)),
            born(),
            text("Version", "/status/nodeInfo/kubeletVersion"),
        ],
        ("", "Namespace") => vec![name(), text("Status", "/status/phase"), born()],
        ("", "Service") => vec![
            name(),
            text("Type", "/spec/type"),
            text("Cluster-IP", "/spec/clusterIP"),
            text("External-IP", "/status/loadBalancer/ingress/0/ip"),
            column("Port(s)", "string", By(service_ports)),
            born(),
        ],
        ("", "ConfigMap") => vec![name(), column("Data", "integer", By(data)), born()],
        ("", "Secret") => {
            vec![name(), text("Type", "/type"), column("Data", "integer", By(data)), born()]
        }
        ("", "Event") => vec![
            column("Last Seen", "string", By(last_seen)),
            text("Type", "/type"),
            text("Reason", "/reason"),
            column("Object", "string", By(involved)),
            text("Message", "/message"),
        ],
        ("apps", "Deployment") => vec![
            name(),
            column("Ready", "string", By(replicas)),
            column("Up-to-date", "integer", Number("/status/updatedReplicas")),
            column("Available", "integer", Number("/status/availableReplicas")),
            born(),
        ],
        ("apps", "StatefulSet") => vec![name(), column("Ready", "string", By(replicas)), born()],
        ("apps", "ReplicaSet") => vec![
            name(),
            column("Desired", "integer", Number("/spec/replicas")),
            column("Current", "integer", Number("/status/replicas")),
            column("Ready", "integer", Number("/status/readyReplicas")),
            born(),
        ],
        ("apps", "DaemonSet") => vec![
            name(),
            column("Desired", "integer", Number("/status/desiredNumberScheduled")),
            column("Current", "integer", Number("/status/currentNumberScheduled")),
            column("Ready", "integer", Number("/status/numberReady")),
            born(),
        ],
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            vec![name(), column("Created At", "date", Text("/metadata/creationTimestamp"))]
        }
        _ => vec![name(), born()],
    }
}

fn column(name: &'static str, kind: &'static str, draw: Draw) -> Column {
    Column { name: name.into(), kind: kind.into(), priority: 0, draw }
}

fn printed_column(column: &PrinterColumn) -> Column {
    Column {
        name: column.name.clone().into(),
        kind: column.kind.clone().into(),
        priority: column.priority,
        draw: Path(column.path.clone()),
    }
}

fn text(name: &'static str, pointer: &'static str) -> Column {
    column(name, "string", Text(pointer))
}

fn wide(name: &'static str, pointer: &'static str) -> Column {
    Column { priority: 1, ..text(name, pointer) }
}

fn items<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn pod_ready(pod: &Value) -> Value {
    let ready = items(pod, "/status/containerStatuses").iter().filter(|c| c["ready"] == true);
    format!("{}/{}", ready.count(), items(pod, "/spec/containers").len()).into()
}

fn pod_status(pod: &Value) -> Value {
    if !pod["metadata"]["deletionTimestamp"].is_null() {
        return "Terminating".into();
    }
    let statuses = items(pod, "/status/containerStatuses");
    let reason = |state: &str| {
        statuses.iter().find_map(|c| c["state"][state]["reason"].as_str().map(str::to_owned))
    };
    let phase = || pod["status"]["phase"].as_str().unwrap_or("Unknown").to_owned();
    let told = pod["status"]["reason"].as_str().map(str::to_owned);
    reason("waiting").or_else(|| reason("terminated")).or(told).unwrap_or_else(phase).into()
}

fn pod_restarts(pod: &Value) -> Value {
    let restarts = items(pod, "/status/containerStatuses").iter();
    restarts.filter_map(|c| c["restartCount"].as_u64()).sum::<u64>().to_string().into()
}

fn node_status(node: &Value) -> Value {
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

fn node_roles(node: &Value) -> Value {
    let labels = node["metadata"]["labels"].as_object();
    let roles: Vec<_> = labels
        .into_iter()
        .flat_map(|labels| labels.keys())
        .filter_map(|label| label.strip_prefix("node-role.kubernetes.io/"))
        .collect();
    if roles.is_empty() { "<none>".into() } else { roles.join(",").into() }
}

fn service_ports(service: &Value) -> Value {
    let port =
        |port: &Value| format!("{}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP"));
    let ports: Vec<_> = items(service, "/spec/ports").iter().map(port).collect();
    if ports.is_empty() { "<none>".into() } else { ports.join(",").into() }
}

fn data(object: &Value) -> Value {
    let count = |field: &str| object[field].as_object().map_or(0, serde_json::Map::len);
    (count("data") + count("binaryData")).into()
}

fn last_seen(event: &Value) -> Value {
    let times = ["/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
    age(times.iter().find_map(|pointer| event.pointer(pointer).filter(|t| t.is_string()))).into()
}

fn involved(event: &Value) -> Value {
    let object = &event["involvedObject"];
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    format!("{}/{}", text("kind").to_lowercase(), text("name")).into()
}

fn replicas(object: &Value) -> Value {
    let number = |pointer, or| object.pointer(pointer).and_then(Value::as_u64).unwrap_or(or);
    format!("{}/{}", number("/status/readyReplicas", 0), number("/spec/replicas", 1)).into()
}

fn age(time: Option<&Value>) -> String {
    let then = time.and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
    let Some(then) = then else { return "<unknown>".to_owned() };
    duration(Timestamp::now().as_second() - then.as_second())
}

/// A duration of some seconds in kubectl's words: the rougher, the longer it is.
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
    fn durations_are_told_as_kubectl_tells_them() {
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
