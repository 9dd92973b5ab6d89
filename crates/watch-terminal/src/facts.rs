//! What is generally worth knowing of an object, of whatever kind: read from its JSON, as far as it is as expected.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Conditions that tell how an object is, the most telling first.
const TELLING: [&str; 9] = [
    "Ready",
    "Failed",
    "Complete",
    "Available",
    "Succeeded",
    "Established",
    "Programmed",
    "Accepted",
    "Healthy",
];

/// What is read from an object.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// A word or two on how it is.
    pub(crate) status: Option<String>,
    /// How many of its parts are ready, of how many.
    pub(crate) ready: Option<(i64, i64)>,
    /// How often its containers were restarted.
    pub(crate) restarts: Option<i64>,
    /// Where it runs.
    pub(crate) node: Option<String>,
    /// Since when it exists.
    pub(crate) created: Option<Timestamp>,
}

type Raw<'a> = Option<&'a RawValue>;

/// Each member is read apart, so that one of an unexpected type does not hide the others.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Raw<'a>,
    spec: Raw<'a>,
    status: Raw<'a>,
    /// Of an Event.
    reason: Raw<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    creation_timestamp: Raw<'a>,
    deletion_timestamp: Raw<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec<'a> {
    #[serde(borrow)]
    node_name: Raw<'a>,
    replicas: Raw<'a>,
    completions: Raw<'a>,
    unschedulable: Raw<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status<'a> {
    #[serde(borrow)]
    phase: Raw<'a>,
    reason: Raw<'a>,
    conditions: Raw<'a>,
    container_statuses: Raw<'a>,
    replicas: Raw<'a>,
    ready_replicas: Raw<'a>,
    desired_number_scheduled: Raw<'a>,
    number_ready: Raw<'a>,
    succeeded: Raw<'a>,
}

#[derive(Deserialize)]
struct Condition<'a> {
    #[serde(borrow, rename = "type")]
    name: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContainerStatus {
    #[serde(default)]
    ready: bool,
    #[serde(default)]
    restart_count: i64,
    #[serde(default)]
    state: Option<ContainerState>,
}

#[derive(Deserialize)]
struct ContainerState {
    waiting: Option<Reason>,
    terminated: Option<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    reason: Option<String>,
}

fn read<'a, T: Deserialize<'a>>(raw: Raw<'a>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

impl Facts {
    pub(crate) fn of(object: &str) -> Self {
        let object: Object<'_> = serde_json::from_str(object).unwrap_or_default();
        let metadata: Metadata<'_> = read(object.metadata).unwrap_or_default();
        let spec: Spec<'_> = read(object.spec).unwrap_or_default();
        let status: Status<'_> = read(object.status).unwrap_or_default();
        let containers: Vec<ContainerStatus> = read(status.container_statuses).unwrap_or_default();
        let word = if read::<String>(metadata.deletion_timestamp).is_some() {
            Some("Terminating".to_owned())
        } else {
            unhealthy_container(&containers)
                .or_else(|| read(status.reason))
                .or_else(|| read(status.phase))
                .or_else(|| condition(&read::<Vec<Condition<'_>>>(status.conditions)?))
                .or_else(|| read(object.reason))
        };
        let is_cordoned = read(spec.unschedulable).unwrap_or(false);
        Self {
            status: word.map(|word| if is_cordoned { format!("{word}, cordoned") } else { word }),
            ready: ready(&spec, &status, &containers),
            restarts: (!containers.is_empty())
                .then(|| containers.iter().map(|container| container.restart_count).sum()),
            node: read(spec.node_name),
            created: read::<String>(metadata.creation_timestamp).and_then(|at| at.parse().ok()),
        }
    }
}

/// Returns why a container does not run, such as `CrashLoopBackOff`.
fn unhealthy_container(containers: &[ContainerStatus]) -> Option<String> {
    containers.iter().find_map(|container| {
        let state = container.state.as_ref()?;
        state.waiting.as_ref().or(state.terminated.as_ref())?.reason.clone()
    })
}

fn condition(conditions: &[Condition<'_>]) -> Option<String> {
    let known = |name: &str| conditions.iter().find(|it| it.name == name);
    let telling = TELLING.iter().filter_map(|name| known(name));
    // What has failed or is complete says so only if it is.
    let mut telling = telling.filter(|it| {
        it.status == "True" || !matches!(&*it.name, "Failed" | "Complete" | "Succeeded")
    });
    let found = telling.next()?;
    Some(match (&*found.status, &found.reason) {
        ("True", _) => found.name.to_string(),
        (_, Some(reason)) if !reason.is_empty() && found.name != "Ready" => reason.to_string(),
        _ => format!("Not{}", found.name),
    })
}

fn ready(
    spec: &Spec<'_>,
    status: &Status<'_>,
    containers: &[ContainerStatus],
) -> Option<(i64, i64)> {
    let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    if !containers.is_empty() {
        let ready = containers.iter().filter(|container| container.ready).count();
        return Some((size(ready), size(containers.len())));
    }
    if let Some(wanted) = read(status.desired_number_scheduled) {
        return Some((read(status.number_ready).unwrap_or(0), wanted));
    }
    if let Some(wanted) = read(spec.completions) {
        return Some((read(status.succeeded).unwrap_or(0), wanted));
    }
    let wanted = read(spec.replicas).or_else(|| read(status.replicas))?;
    Some((read(status.ready_replicas).unwrap_or(0), wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn facts(object: &Value) -> Facts {
        Facts::of(&object.to_string())
    }

    #[test]
    fn pod_tells_phase_containers_node_and_age() {
        let mut pod = json!({
            "metadata": {"creationTimestamp": "2026-01-02T03:04:05Z"},
            "spec": {"nodeName": "n1"},
            "status": {"phase": "Running", "containerStatuses": [
                {"ready": true, "restartCount": 2, "state": {"running": {}}},
                {"ready": false, "restartCount": 3},
            ]},
        });
        let expected = Facts {
            status: Some("Running".to_owned()),
            ready: Some((1, 2)),
            restarts: Some(5),
            node: Some("n1".to_owned()),
            created: Some("2026-01-02T03:04:05Z".parse().unwrap()),
        };
        assert_eq!(facts(&pod), expected);
        pod["status"]["containerStatuses"][1]["state"] =
            json!({"waiting": {"reason": "CrashLoopBackOff"}});
        assert_eq!(facts(&pod).status.unwrap(), "CrashLoopBackOff");
        pod["metadata"]["deletionTimestamp"] = json!("2026-01-02T03:04:05Z");
        assert_eq!(facts(&pod).status.unwrap(), "Terminating");
    }

    #[test]
    fn workloads_tell_how_many_are_ready() {
        for (spec, status, ready) in [
            (json!({"replicas": 3}), json!({"readyReplicas": 1}), (1, 3)),
            (json!({"replicas": 3}), json!({}), (0, 3)),
            (json!({}), json!({"desiredNumberScheduled": 2, "numberReady": 2}), (2, 2)),
            (json!({"completions": 4}), json!({"succeeded": 1}), (1, 4)),
        ] {
            assert_eq!(facts(&json!({"spec": spec, "status": status})).ready, Some(ready));
        }
    }

    #[test]
    fn conditions_tell_the_status_if_there_is_no_phase() {
        let status =
            |conditions: Value| facts(&json!({"status": {"conditions": conditions}})).status;
        let condition =
            |name: &str, status: &str| json!({"type": name, "status": status, "reason": "Why"});
        assert_eq!(status(json!([condition("Ready", "True")])).unwrap(), "Ready");
        assert_eq!(status(json!([condition("Ready", "Unknown")])).unwrap(), "NotReady");
        assert_eq!(status(json!([condition("Available", "False")])).unwrap(), "Why");
        assert_eq!(status(json!([condition("Complete", "False")])), None);
        assert_eq!(status(json!([condition("Other", "True")])), None);
        let node = json!({"spec": {"unschedulable": true}, "status": {"conditions": [condition("Ready", "True")]}});
        assert_eq!(facts(&node).status.unwrap(), "Ready, cordoned");
    }

    #[test]
    fn members_of_unexpected_types_do_not_hide_others() {
        let odd = json!({
            "metadata": {"creationTimestamp": "2026-01-02T03:04:05Z", "deletionTimestamp": 7},
            "spec": {"replicas": "many"},
            "status": {"phase": {"a": 1}, "conditions": {}, "reason": "Odd"},
        });
        let read = facts(&odd);
        assert_eq!((read.status.as_deref(), read.ready), (Some("Odd"), None));
        assert!(read.created.is_some());
        assert_eq!(facts(&json!({"status": "fine"})), Facts::default());
        assert_eq!(Facts::of("[]"), Facts::default());
    }
}
