//! The demo's pods, with the fields that typical pods have.

use serde_json::{Value, json};

use crate::support::time::now;

/// Returns a new pod of a deployment that is not scheduled yet.
pub(super) fn pending(namespace: &str, name: &str, app: &str, image: &str, port: u16) -> Value {
    let token_volume = "kube-api-access";
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {
                "app": app,
                "app.kubernetes.io/part-of": namespace,
                "pod-template-hash": template_hash(app),
            },
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": port.to_string()},
            "ownerReferences": [{
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": format!("{app}-{}", template_hash(app)),
                "uid": format!("5d0c7a52-0000-4000-8000-{:0>12}", template_hash(app).len()),
                "controller": true,
                "blockOwnerDeletion": true,
            }],
            "managedFields": [{
                "manager": "kube-controller-manager",
                "operation": "Update",
                "apiVersion": "v1",
                "time": now(),
                "fieldsType": "FieldsV1",
                "fieldsV1": {
                    "f:metadata": {
                        "f:annotations": {".": {}, "f:prometheus.io/port": {}, "f:prometheus.io/scrape": {}},
                        "f:labels": {".": {}, "f:app": {}, "f:pod-template-hash": {}},
                        "f:ownerReferences": {".": {}},
                    },
                    "f:spec": {
                        "f:containers": {
                            format!("k:{{\"name\":\"{app}\"}}"): {
                                ".": {}, "f:image": {}, "f:imagePullPolicy": {}, "f:name": {},
                                "f:ports": {".": {}}, "f:resources": {".": {}},
                            },
                        },
                        "f:dnsPolicy": {}, "f:restartPolicy": {}, "f:schedulerName": {},
                    },
                },
            }],
        },
        "spec": {
            "containers": [{
                "name": app,
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "ports": [{"name": "http", "containerPort": port, "protocol": "TCP"}],
                "env": [{
                    "name": "POD_NAME",
                    "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}},
                }],
                "resources": {
                    "limits": {"memory": "256Mi"},
                    "requests": {"cpu": "50m", "memory": "128Mi"},
                },
                "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10},
                "volumeMounts": [{
                    "name": token_volume,
                    "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                    "readOnly": true,
                }],
            }],
            "dnsPolicy": "ClusterFirst",
            "restartPolicy": "Always",
            "schedulerName": "default-scheduler",
            "serviceAccountName": "default",
            "terminationGracePeriodSeconds": 30,
            "tolerations": [{
                "key": "node.kubernetes.io/not-ready",
                "operator": "Exists",
                "effect": "NoExecute",
                "tolerationSeconds": 300,
            }],
            "volumes": [{
                "name": token_volume,
                "projected": {"defaultMode": 420, "sources": [
                    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                    {"configMap": {
                        "name": "kube-root-ca.crt",
                        "items": [{"key": "ca.crt", "path": "ca.crt"}],
                    }},
                ]},
            }],
        },
        "status": {"phase": "Pending", "qosClass": "Burstable"},
    })
}

/// Schedules a pod to a node and marks it as running.
pub(super) fn run(pod: &mut Value, ip: u64, node: u64) {
    let container = pod["spec"]["containers"][0].clone();
    let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
        .map(|kind| json!({"type": kind, "status": "True", "lastTransitionTime": now()}));
    pod["spec"]["nodeName"] = format!("node-{node}").into();
    let pod_ip = format!("10.42.{node}.{ip}");
    pod["status"] = json!({
        "phase": "Running",
        "qosClass": "Burstable",
        "startTime": now(),
        "hostIP": format!("192.168.7.{}", 10 + node),
        "podIP": pod_ip,
        "podIPs": [{"ip": pod_ip}],
        "conditions": conditions,
        "containerStatuses": [{
            "name": container["name"],
            "image": container["image"],
            "imageID": format!("{}@sha256:{:064x}", container["image"].as_str().unwrap_or_default(), ip),
            "containerID": format!("containerd://{:064x}", ip * 31 + node),
            "ready": true,
            "started": true,
            "restartCount": 0,
            "state": {"running": {"startedAt": now()}},
            "lastState": {},
        }],
    });
}

/// Restarts the container. A pod without a running container stays unchanged.
pub(super) fn restart(pod: &mut Value) {
    let Some(container @ Value::Object(_)) = pod.pointer_mut("/status/containerStatuses/0") else {
        return;
    };
    let restarts = container["restartCount"].as_u64().unwrap_or_default() + 1;
    container["restartCount"] = restarts.into();
    container["lastState"] = json!({
        "terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": now()},
    });
    container["state"] = json!({"running": {"startedAt": now()}});
}

/// Returns the `pod-template-hash` of an app: a made-up hash that never changes.
pub(super) fn template_hash(app: &str) -> String {
    let sum = app
        .bytes()
        .fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{sum:08x}")
}
