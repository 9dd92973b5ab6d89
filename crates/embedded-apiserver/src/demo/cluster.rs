//! The demo's permanent objects: namespaces, nodes, system pods, and the apps' deployments and services.

use serde_json::{Value, json};

use super::pods;
use crate::support::random::Random;

/// The system pods of a small k3s cluster: name, app, image.
const SYSTEM_PODS: [(&str, &str, &str); 3] = [
    (
        "local-path-provisioner-5ff76fc89d-n5mr9",
        "local-path-provisioner",
        "rancher/local-path-provisioner:v0.0.31",
    ),
    ("coredns-854c77959c-mdw6w", "coredns", "rancher/mirrored-coredns-coredns:1.12.0"),
    ("metrics-server-86cbb8457f-lgmgq", "metrics-server", "rancher/mirrored-metrics-server:v0.7.2"),
];

/// The apps with a deployment, replica set, service and config map: namespace, name, port.
const DEPLOYED: [(&str, &str, u16); 4] = [
    ("kube-system", "coredns", 53),
    ("shop", "cart", 8080),
    ("shop", "checkout", 8443),
    ("blog", "web", 80),
];

/// Returns the permanent objects in creation order.
pub(super) fn objects(random: &mut Random) -> Vec<Value> {
    let mut objects: Vec<_> = ["kube-system", "shop", "blog"].map(namespace).into();
    objects.extend((1..=2).map(node));
    for (name, app, image) in SYSTEM_PODS {
        let mut pod = pods::pending("kube-system", name, app, image, 8080);
        pods::run(&mut pod, random.below(200) + 10, 1);
        objects.push(pod);
    }
    for (namespace, app, port) in DEPLOYED {
        objects.extend([
            deployment(namespace, app, port),
            replica_set(namespace, app, port),
            service(namespace, app, port),
            config_map(namespace, app, port),
        ]);
    }
    objects
}

pub(super) fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

fn node(number: u32) -> Value {
    let name = format!("node-{number}");
    let resources = json!({"cpu": "4", "memory": "8129560Ki", "pods": "110"});
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux"},
        },
        "spec": {"podCIDR": format!("10.42.{number}.0/24"), "podCIDRs": [format!("10.42.{number}.0/24")]},
        "status": {
            "capacity": resources,
            "allocatable": resources,
            "addresses": [
                {"type": "InternalIP", "address": format!("192.168.7.{}", 10 + number)},
                {"type": "Hostname", "address": name},
            ],
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
            "nodeInfo": {
                "architecture": "amd64", "operatingSystem": "linux", "osImage": "Debian GNU/Linux 13",
                "kernelVersion": "6.12.0", "containerRuntimeVersion": "containerd://2.0.4",
                "kubeletVersion": "v1.37.0", "kubeProxyVersion": "", "machineID": "", "systemUUID": "", "bootID": "",
            },
        },
    })
}

fn deployment(namespace: &str, app: &str, port: u16) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(namespace, app, app),
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": app}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}},
            "template": template(app, port),
        },
        "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1, "observedGeneration": 1},
    })
}

fn replica_set(namespace: &str, app: &str, port: u16) -> Value {
    let name = format!("{app}-{}", pods::template_hash(app));
    json!({
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": metadata(namespace, &name, app),
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": app}}, "template": template(app, port)},
        "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "observedGeneration": 1},
    })
}

fn service(namespace: &str, app: &str, port: u16) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(namespace, app, app),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": format!("10.43.0.{}", port % 250 + 2),
            "selector": {"app": app},
            "ports": [{"name": "http", "port": port, "targetPort": "http", "protocol": "TCP"}],
        },
        "status": {"loadBalancer": {}},
    })
}

fn config_map(namespace: &str, app: &str, port: u16) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(namespace, &format!("{app}-config"), app),
        "data": {"config.yaml": format!("listen: :{port}\nlog:\n  level: info\n"), "greeting": "grüß dich – ✓"},
    })
}

fn metadata(namespace: &str, name: &str, app: &str) -> Value {
    json!({"name": name, "namespace": namespace, "labels": {"app": app}})
}

fn template(app: &str, port: u16) -> Value {
    json!({
        "metadata": {"labels": {"app": app}},
        "spec": {"containers": [{
            "name": app,
            "image": format!("registry.example/{app}:latest"),
            "ports": [{"name": "http", "containerPort": port}],
        }]},
    })
}
