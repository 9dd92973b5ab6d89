"""kopf against an API server: an operator whose handlers see creation, change and deletion, and a label-less object."""

import asyncio
import threading

import kopf
from kubernetes import client, config

NAMESPACE = "clients-kopf"
GROUP = "kopf.clients.example.com"
SECONDS = 30

reached = {step: threading.Event() for step in ("created", "updated", "field", "deleted", "label-less")}


@kopf.on.create(GROUP, "v1", "boilers")
def created(spec, patch, **_):
    patch.status["heat"] = spec["heat"]
    reached["created"].set()
    return {"by": "kopf"}


@kopf.on.update(GROUP, "v1", "boilers")
def updated(old, new, **_):
    assert (old["spec"], new["spec"]) == ({"heat": 1}, {"heat": 2}), (old, new)
    reached["updated"].set()


@kopf.on.field(GROUP, "v1", "boilers", field="spec.heat")
def heated(old, new, **_):
    if (old, new) == (1, 2):
        reached["field"].set()


@kopf.on.delete(GROUP, "v1", "boilers")
def deleted(**_):
    reached["deleted"].set()


# Kopf reads the labels of each object that a filter may fit.
@kopf.on.event("configmaps", labels={"app": kopf.ABSENT}, when=lambda name, **_: name == "label-less")
def seen(**_):
    reached["label-less"].set()


def define(api):
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema, "subresources": {"status": {}}}
    names = {"plural": "boilers", "singular": "boiler", "kind": "Boiler"}
    spec = {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [version]}
    metadata = {"name": f"boilers.{GROUP}"}
    definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    api.create_cluster_custom_object(
        "apiextensions.k8s.io", "v1", "customresourcedefinitions", definition | {"metadata": metadata, "spec": spec}
    )


def wait(*steps):
    for step in steps:
        assert reached[step].wait(SECONDS), f"{step} was not reached"


def operate(ready, stop):
    asyncio.run(kopf.operator(namespaces=[NAMESPACE], ready_flag=ready, stop_flag=stop, standalone=True))


config.load_kube_config()
core, custom = client.CoreV1Api(), client.CustomObjectsApi()
core.create_namespace({"metadata": {"name": NAMESPACE}})
define(custom)
ready, stop = threading.Event(), threading.Event()
operator = threading.Thread(target=operate, args=(ready, stop), daemon=True)
operator.start()
assert ready.wait(SECONDS), "the operator did not start"

core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "label-less", "labels": None}, "data": None})
place = (GROUP, "v1", NAMESPACE, "boilers")
boiler = {"apiVersion": f"{GROUP}/v1", "kind": "Boiler", "metadata": {"name": "a"}, "spec": {"heat": 1}}
custom.create_namespaced_custom_object(*place, boiler)
wait("created", "label-less")
for _ in range(SECONDS * 10):
    found = custom.get_namespaced_custom_object(*place, "a")
    if found.get("status", {}).get("heat") == 1:
        break
    threading.Event().wait(0.1)
assert found["status"]["created"] == {"by": "kopf"}, found
assert found["metadata"]["finalizers"] == ["kopf.zalando.org/KopfFinalizerMarker"], found
custom.patch_namespaced_custom_object(*place, "a", {"spec": {"heat": 2}})
wait("updated", "field")
# The finalizer delays the deletion until the handler has run.
custom.delete_namespaced_custom_object(*place, "a")
wait("deleted")
for _ in range(SECONDS * 10):
    if not custom.list_namespaced_custom_object(*place)["items"]:
        break
    threading.Event().wait(0.1)
assert not custom.list_namespaced_custom_object(*place)["items"]
stop.set()
operator.join(SECONDS)
assert not operator.is_alive(), "the operator did not stop"
custom.delete_cluster_custom_object("apiextensions.k8s.io", "v1", "customresourcedefinitions", f"boilers.{GROUP}")
core.delete_namespace(NAMESPACE)
