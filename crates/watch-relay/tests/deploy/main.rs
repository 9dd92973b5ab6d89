//! The manifests of `deploy/`: an API server accepts them, and they have no field that it would drop.

mod dockerfile;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use embedded_apiserver::EmbeddedServer;
use http::{Method, Request};
use kube_client::{Client, Config};
use rel_1_37::v1::{
    ClusterRole, ClusterRoleBinding, Deployment, Namespace, NetworkPolicy, PodDisruptionBudget,
    Role, RoleBinding, Service, ServiceAccount,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use watchable_core::{CatalogEntry, ResourceInfo, Scope};

const MONITORS: ResourceInfo = ResourceInfo::new(
    "monitoring.coreos.com",
    "v1",
    "ServiceMonitor",
    "servicemonitors",
    Scope::Namespaced,
);

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(name)
}

fn read(path: &str) -> String {
    fs::read_to_string(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn documents(path: &str) -> Vec<Value> {
    let text = read(path);
    let read =
        |text: &str| serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.split("\n---\n").map(read).collect()
}

/// The manifests of the base that are objects, in the order in which kustomize lists them.
fn base() -> Vec<Value> {
    let resources = documents("base/kustomization.yaml").remove(0)["resources"].take();
    let paths = resources.as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned());
    paths.flat_map(|path| documents(&format!("base/{path}"))).collect()
}

fn of_kind(kind: &str) -> Value {
    let mut found = base().into_iter().filter(|object| object["kind"] == kind);
    let first = found.next().unwrap_or_else(|| panic!("there is no {kind}"));
    assert!(found.next().is_none(), "there are several of {kind}");
    first
}

/// Returns an object as a server of the newest release would store it, without what it does not know.
fn known_part(object: &Value) -> Value {
    fn through<T: DeserializeOwned + Serialize>(object: &Value) -> Value {
        let typed: T = serde_json::from_value(object.clone())
            .unwrap_or_else(|error| panic!("{error}: {object}"));
        serde_json::to_value(typed).unwrap()
    }
    match object["kind"].as_str().unwrap() {
        "ClusterRole" => through::<ClusterRole>(object),
        "ClusterRoleBinding" => through::<ClusterRoleBinding>(object),
        "Deployment" => through::<Deployment>(object),
        "Namespace" => through::<Namespace>(object),
        "NetworkPolicy" => through::<NetworkPolicy>(object),
        "PodDisruptionBudget" => through::<PodDisruptionBudget>(object),
        "Role" => through::<Role>(object),
        "RoleBinding" => through::<RoleBinding>(object),
        "Service" => through::<Service>(object),
        "ServiceAccount" => through::<ServiceAccount>(object),
        kind => panic!("the test has no type for {kind}"),
    }
}

#[test]
fn every_field_is_one_of_the_api() {
    let objects = base();
    assert_eq!(objects.len(), 10);
    for object in objects {
        let mut known = known_part(&object);
        // Not every type carries its own.
        known["apiVersion"] = object["apiVersion"].clone();
        known["kind"] = object["kind"].clone();
        assert_eq!(known, object);
    }
}

#[test]
fn kustomization_has_every_file() {
    let kustomization = documents("base/kustomization.yaml").remove(0);
    let listed = kustomization["resources"].as_array().unwrap().iter();
    let configured = kustomization["configMapGenerator"][0]["files"].as_array().unwrap().iter();
    let listed: BTreeSet<_> =
        listed.chain(configured).map(|path| path.as_str().unwrap().to_owned()).collect();
    let files = fs::read_dir(folder("base")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: BTreeSet<_> = files.map(|name| name.into_string().unwrap()).collect();
    assert!(files.remove("kustomization.yaml"));
    assert_eq!(listed, files);
}

#[tokio::test]
async fn server_accepts_every_manifest() {
    let server = EmbeddedServer::builder(release_catalogs::catalog("1.37").expect("a release"))
        .resource(CatalogEntry {
            resource: MONITORS,
            list_kind: Some("ServiceMonitorList"),
            singular: "servicemonitor",
            short_names: &[],
            verbs: &["create", "get", "list", "patch", "watch"],
        })
        .start()
        .await
        .expect("a server starts");
    let config = Config::new(server.url().parse().expect("a URL"));
    let client = Client::try_from(config).expect("a client is created");
    // A dry run of what lies in it needs it.
    server.store().create(of_kind("Namespace")).expect("it is created");
    for object in base().into_iter().chain(documents("service-monitor/service-monitor.yaml")) {
        let resource = server_resource(&object);
        let namespace = object["metadata"]["namespace"].as_str();
        assert_eq!(namespace.is_some(), resource.scope() == Scope::Namespaced, "{object}");
        let collection = resource.collection_path(namespace);
        let name = object["metadata"]["name"].as_str().unwrap();
        let uri = format!("{collection}/{name}?fieldManager=test&dryRun=All");
        let request = Request::builder()
            .method(Method::PATCH)
            .uri(uri)
            .header("content-type", "application/apply-patch+yaml")
            .body(object.to_string().into_bytes())
            .unwrap();
        let applied: Value =
            client.request(request).await.unwrap_or_else(|error| panic!("{error}: {object}"));
        assert_eq!(applied["metadata"]["name"], object["metadata"]["name"]);
        assert_eq!(applied["rules"], object["rules"]);
    }
}

fn server_resource(object: &Value) -> ResourceInfo {
    let (api_version, kind) =
        (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
    if kind == "ServiceMonitor" {
        return MONITORS;
    }
    let catalog = release_catalogs::catalog("1.37").expect("a release");
    let mut found = catalog
        .iter()
        .map(|entry| entry.resource.clone())
        .filter(|resource| resource.api_version() == api_version && resource.kind() == kind);
    found.next().unwrap_or_else(|| panic!("{api_version} {kind} is not served"))
}

#[test]
fn pods_meet_the_restricted_standard() {
    let pod = of_kind("Deployment")["spec"]["template"]["spec"].take();
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    for container in pod["containers"].as_array().unwrap() {
        let context = &container["securityContext"];
        assert_eq!(context["allowPrivilegeEscalation"], false);
        assert_eq!(context["capabilities"]["drop"], json!(["ALL"]));
        assert_eq!(context["readOnlyRootFilesystem"], true);
    }
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        assert_eq!(pod[field], Value::Null);
    }
}

#[test]
fn names_and_ports_refer_to_each_other() {
    let deployment = of_kind("Deployment");
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(&of_kind("Service")["spec"]["selector"], labels);
    assert_eq!(&of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(&of_kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"], labels);
    let monitor = documents("service-monitor/service-monitor.yaml").remove(0);
    assert_eq!(
        monitor["spec"]["selector"]["matchLabels"],
        of_kind("Service")["metadata"]["labels"]
    );

    let pod = &deployment["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let port = &container["ports"][0];
    for probe in ["readinessProbe", "livenessProbe"] {
        assert_eq!(container[probe]["httpGet"]["port"], port["name"]);
    }
    assert_eq!(of_kind("Service")["spec"]["ports"][0]["targetPort"], port["name"]);
    assert_eq!(
        of_kind("Service")["spec"]["ports"][0]["name"],
        monitor["spec"]["endpoints"][0]["port"]
    );
    assert_eq!(of_kind("NetworkPolicy")["spec"]["ingress"][0]["ports"][0]["port"], port["name"]);
    let relay = documents("base/relay.yaml").remove(0);
    assert_eq!(relay["listen"], format!("0.0.0.0:{}", port["containerPort"]));

    let kustomization = documents("base/kustomization.yaml").remove(0);
    let generated = &kustomization["configMapGenerator"][0]["name"];
    assert_eq!(&pod["volumes"][0]["configMap"]["name"], generated);
    assert_eq!(kustomization["images"][0]["name"], container["image"]);

    let account = of_kind("ServiceAccount");
    assert_eq!(pod["serviceAccountName"], account["metadata"]["name"]);
    for (binding, role) in [("ClusterRoleBinding", "ClusterRole"), ("RoleBinding", "Role")] {
        let binding = of_kind(binding);
        assert_eq!(binding["subjects"][0]["name"], account["metadata"]["name"]);
        assert_eq!(binding["subjects"][0]["namespace"], account["metadata"]["namespace"]);
        assert_eq!(binding["roleRef"]["kind"], role);
        assert_eq!(binding["roleRef"]["name"], of_kind(role)["metadata"]["name"]);
    }
}

#[test]
fn what_is_watched_may_be_watched_and_nothing_else_may() {
    let relay = documents("base/relay.yaml").remove(0);
    let mut watched = BTreeSet::new();
    for pipeline in relay["pipelines"].as_array().unwrap() {
        for watch in pipeline["watch"].as_array().unwrap() {
            for resource in watch["resources"].as_array().unwrap() {
                watched.insert(resource.as_str().unwrap().to_owned());
            }
        }
    }
    let mut allowed = BTreeSet::new();
    for rule in of_kind("ClusterRole")["rules"].as_array().unwrap() {
        if rule["verbs"] != json!(["list", "watch"]) {
            assert_eq!(rule["verbs"], json!(["get"]), "nothing may be written: {rule}");
            continue;
        }
        for group in rule["apiGroups"].as_array().unwrap() {
            for resource in rule["resources"].as_array().unwrap() {
                let (group, resource) = (group.as_str().unwrap(), resource.as_str().unwrap());
                let dot = if group.is_empty() { "" } else { "." };
                allowed.insert(format!("{resource}{dot}{group}"));
            }
        }
    }
    assert_eq!(watched, allowed);
    // The requests of a replica.
    let rule = of_kind("Role")["rules"][0].take();
    assert_eq!(rule["resources"], json!(["leases"]));
    assert_eq!(rule["verbs"], json!(["create", "delete", "get", "list", "update", "watch"]));
}
