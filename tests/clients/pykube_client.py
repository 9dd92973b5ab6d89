"""pykube-ng against an API server: queries, tables, patches, watches, a class made from discovery."""

import pykube

NAMESPACE = "clients-pykube"
GROUP = "pykube.clients.example.com"


def config_map(name):
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app": "smoke"}}
    return pykube.ConfigMap(api, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": "one"}})


def pod(name):
    spec = {"containers": [{"name": "main", "image": "one"}]}
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app": "smoke"}}
    return pykube.Pod(api, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def objects():
    first = config_map("a")
    first.create()
    found = pykube.ConfigMap.objects(api, namespace=NAMESPACE).get_by_name("a")
    assert found.obj == first.obj, found.obj
    found.patch({"data": {"key": "two"}})
    first.reload()
    assert first.obj["data"] == {"key": "two"}, first.obj
    first.labels["step"] = "two"
    first.update()
    assert len(pykube.ConfigMap.objects(api, namespace=NAMESPACE).filter(selector={"step": "two"})) == 1
    first.delete()
    assert not first.exists()


def pages():
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        config_map(name).create()
    found, token = [], ""
    while token is not None:
        parameters = {"limit": 2, "continue": token, "labelSelector": "app=smoke"}
        answer = api.get(url="configmaps", version="v1", namespace=NAMESPACE, params=parameters)
        answer.raise_for_status()
        page = answer.json()
        found += [item["metadata"]["name"] for item in page["items"]]
        token = page["metadata"].get("continue") or None
    assert found == names, found


def tables():
    pod("a").create()
    pods = pykube.Pod.objects(api, namespace=NAMESPACE).filter(field_selector={"metadata.name": "a"})
    table = pods.as_table()
    columns = [column["name"] for column in table.columns]
    assert columns[:5] == ["Name", "Ready", "Status", "Restarts", "Age"], columns
    [row] = table.rows
    assert row["cells"][0] == "a" and row["object"]["metadata"]["name"] == "a", row
    pod("a").delete()


def watches():
    version = pykube.Pod.objects(api, namespace=NAMESPACE).response["metadata"]["resourceVersion"]
    one = pod("watched")
    one.create()
    one.patch({"metadata": {"labels": {"step": "two"}}})
    one.delete()
    seen = []
    for kind, found in pykube.Pod.objects(api, namespace=NAMESPACE).watch(since=version):
        seen.append((kind, "deletionTimestamp" in found.metadata))
        if kind == "DELETED":
            break
    assert seen == [("ADDED", False), ("MODIFIED", False), ("MODIFIED", True), ("DELETED", True)], seen


def custom():
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    names = {"plural": "levers", "singular": "lever", "kind": "Lever"}
    spec = {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [version]}
    definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    definition |= {"metadata": {"name": f"levers.{GROUP}"}, "spec": spec}
    definition = pykube.CustomResourceDefinition(api, definition)
    definition.create()
    while not any(c["type"] == "Established" for c in definition.obj.get("status", {}).get("conditions", [])):
        definition.reload()
    lever_class = pykube.object_factory(api, f"{GROUP}/v1", "Lever")
    lever = {"apiVersion": f"{GROUP}/v1", "kind": "Lever", "metadata": {"name": "a", "namespace": NAMESPACE}}
    lever_class(api, lever | {"spec": {"turns": 2}}).create()
    [found] = lever_class.objects(api, namespace=NAMESPACE)
    assert found.obj["spec"] == {"turns": 2}, found.obj
    definition.delete()


api = pykube.HTTPClient(pykube.KubeConfig.from_env())
namespace = pykube.Namespace(api, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
namespace.create()
objects()
pages()
tables()
watches()
custom()
namespace.delete()
