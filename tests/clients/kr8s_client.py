"""kr8s against an API server: get by name, patches, waits, watches, new classes."""

import threading

import kr8s
from kr8s.objects import ConfigMap, Namespace, Pod, new_class

NAMESPACE = "clients-kr8s"


def pod(name):
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app": "smoke"}}
    return Pod({"metadata": metadata, "spec": {"containers": [{"name": "main", "image": "one"}]}}, api=api)


def objects():
    first = ConfigMap({"metadata": {"name": "a", "namespace": NAMESPACE}, "data": {"key": "one"}}, api=api)
    first.create()
    # By name, kr8s sends a field selector with an empty term.
    [found] = api.get("configmaps", "a", namespace=NAMESPACE)
    assert found.metadata.uid == first.metadata.uid and found.data.key == "one", found.raw
    assert ConfigMap.get("a", namespace=NAMESPACE, api=api).name == "a"
    found.patch({"data": {"key": "two"}})
    found.label(step="two")
    first.refresh()
    assert first.data.key == "two" and first.labels.step == "two", first.raw
    found.delete()
    assert not first.exists()


def pages():
    names = [f"page-{number:03}" for number in range(120)]
    for name in names:
        ConfigMap({"metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app": "smoke"}}}, api=api).create()
    found = [item.name for item in api.get("configmaps", namespace=NAMESPACE, label_selector={"app": "smoke"})]
    assert found == names, found


def waits():
    one = pod("waits")
    one.create()
    condition = {"type": "Ready", "status": "True"}
    timer = threading.Timer(0.5, lambda: pod("waits").patch({"status": {"conditions": [condition]}}, subresource="status"))
    timer.start()
    one.wait("condition=Ready", timeout=20)
    timer.join()
    timer = threading.Timer(0.5, lambda: pod("waits").delete())
    timer.start()
    one.wait("delete", timeout=20)
    timer.join()


def watches():
    pod("watched").create()

    def write():
        pod("watched").patch({"metadata": {"labels": {"step": "two"}}})
        pod("watched").delete()

    timer, seen = None, []
    for kind, found in api.watch("pods", namespace=NAMESPACE):
        seen.append((kind, found.metadata.get("deletionTimestamp") is not None))
        if timer is None:
            timer = threading.Timer(0.2, write)
            timer.start()
        if kind == "DELETED":
            break
    timer.join()
    assert seen == [("ADDED", False), ("MODIFIED", False), ("MODIFIED", True), ("DELETED", True)], seen


def custom():
    names = {"plural": "knobs", "singular": "knob", "kind": "Knob"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    group = "kr8s.clients.example.com"
    definition_class = new_class("CustomResourceDefinition", "apiextensions.k8s.io/v1", namespaced=False)
    spec = {"group": group, "scope": "Namespaced", "names": names, "versions": [version]}
    definition = definition_class({"metadata": {"name": f"knobs.{group}"}, "spec": spec}, api=api)
    definition.create()
    definition.wait("condition=Established", timeout=20)
    knob_class = new_class("Knob", f"{group}/v1", namespaced=True)
    knob_class({"metadata": {"name": "a", "namespace": NAMESPACE}, "spec": {"turns": 2}}, api=api).create()
    assert knob_class.get("a", namespace=NAMESPACE, api=api).spec.turns == 2
    definition.delete()
    definition.wait("delete", timeout=20)


api = kr8s.api()
namespace = Namespace({"metadata": {"name": NAMESPACE}}, api=api)
namespace.create()
objects()
pages()
waits()
watches()
custom()
namespace.delete()
namespace.wait("delete", timeout=20)
