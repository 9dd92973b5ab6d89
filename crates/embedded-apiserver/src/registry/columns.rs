//! The columns of a kind in tables, as kubectl prints them.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cells::{
    age, data, involved, last_seen, node_roles, node_status, pod_ready, pod_restarts, pod_status,
    replicas, service_ports,
};
use super::printer_column::PrinterColumn;
use super::served::Served;
use crate::support::json_path;

/// A column: its name, its type, and how its cell is computed from an object.
pub(crate) struct Column {
    name: Cow<'static, str>,
    kind: Cow<'static, str>,
    /// 0, or 1 for columns that only `-o wide` prints.
    priority: u8,
    cell: Cell,
}

enum Cell {
    /// A JSON pointer; an absent value reads as `<none>`.
    Text(&'static str),
    /// A JSON pointer; an absent value reads as 0.
    Number(&'static str),
    /// The time since the timestamp at a JSON pointer.
    Age(&'static str),
    /// The time since an event was last seen.
    LastSeen,
    By(fn(&Value) -> Value),
    /// A JSON path to a value of the column's type.
    Path(String),
}

use Cell::{Age, By, LastSeen, Number, Path, Text};

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

    /// Returns the cell of a custom resource. A value of another type than the column's is left out.
    fn typed(&self, value: Option<&Value>, now: Timestamp) -> Value {
        let value = value.unwrap_or(&Value::Null);
        match (&*self.kind, value) {
            (_, Value::Null) => Value::Null,
            ("date", value) => age(Some(value), now).into(),
            ("string", Value::String(_))
            | ("boolean", Value::Bool(_))
            | ("integer" | "number", Value::Number(_)) => value.clone(),
            ("string", value) => value.to_string().into(),
            _ => Value::Null,
        }
    }

    /// Returns the cell of an object, at a time.
    pub(crate) fn cell(&self, object: &Value, now: Timestamp) -> Value {
        match &self.cell {
            Text(pointer) => match object.pointer(pointer) {
                None | Some(Value::Null) => "<none>".into(),
                Some(Value::String(text)) if text.is_empty() => "<none>".into(),
                Some(value) => value.clone(),
            },
            Number(pointer) => object.pointer(pointer).cloned().unwrap_or_else(|| 0.into()),
            Age(pointer) => age(object.pointer(pointer), now).into(),
            LastSeen => last_seen(object, now),
            By(render) => render(object),
            Path(path) => self.typed(json_path::first(path, object), now),
        }
    }
}

/// Returns the columns of a kind; by default name and age.
pub(crate) fn columns(served: &Served) -> Vec<Column> {
    let name = || text("Name", "/metadata/name");
    let created = || column("Age", "string", Age("/metadata/creationTimestamp"));
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
            created(),
            wide("IP", "/status/podIP"),
            wide("Node", "/spec/nodeName"),
        ],
        ("", "Node") => vec![
            name(),
            column("Status", "string", By(node_status)),
            column("Roles", "string", By(node_roles)),
            created(),
            text("Version", "/status/nodeInfo/kubeletVersion"),
        ],
        ("", "Namespace") => vec![name(), text("Status", "/status/phase"), created()],
        ("", "Service") => vec![
            name(),
            text("Type", "/spec/type"),
            text("Cluster-IP", "/spec/clusterIP"),
            text("External-IP", "/status/loadBalancer/ingress/0/ip"),
            column("Port(s)", "string", By(service_ports)),
            created(),
        ],
        ("", "ConfigMap") => vec![name(), column("Data", "string", By(data)), created()],
        ("", "Secret") => {
            vec![name(), text("Type", "/type"), column("Data", "string", By(data)), created()]
        }
        ("", "Event") => vec![
            column("Last Seen", "string", LastSeen),
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
            created(),
        ],
        ("apps", "StatefulSet") => vec![name(), column("Ready", "string", By(replicas)), created()],
        ("apps", "ReplicaSet") => vec![
            name(),
            column("Desired", "integer", Number("/spec/replicas")),
            column("Current", "integer", Number("/status/replicas")),
            column("Ready", "integer", Number("/status/readyReplicas")),
            created(),
        ],
        ("apps", "DaemonSet") => vec![
            name(),
            column("Desired", "integer", Number("/status/desiredNumberScheduled")),
            column("Current", "integer", Number("/status/currentNumberScheduled")),
            column("Ready", "integer", Number("/status/numberReady")),
            created(),
        ],
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            vec![name(), column("Created At", "date", Text("/metadata/creationTimestamp"))]
        }
        _ => vec![name(), created()],
    }
}

fn column(name: &'static str, kind: &'static str, cell: Cell) -> Column {
    Column { name: name.into(), kind: kind.into(), priority: 0, cell }
}

fn printed_column(column: &PrinterColumn) -> Column {
    Column {
        name: column.name.clone().into(),
        kind: column.kind.clone().into(),
        priority: column.priority,
        cell: Path(column.path.clone()),
    }
}

fn text(name: &'static str, pointer: &'static str) -> Column {
    column(name, "string", Text(pointer))
}

fn wide(name: &'static str, pointer: &'static str) -> Column {
    Column { priority: 1, ..text(name, pointer) }
}
