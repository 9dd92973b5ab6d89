"""lightkube against an API server: typed and generic resources, pages, patches, apply, watches, waits."""

import threading

from lightkube import ApiError, Client
from lightkube.generic_resource import create_namespaced_resource
from lightkube.models.apiextensions_v1 import (
    CustomResourceDefinitionNames,
    CustomResourceDefinitionSpec,
    CustomResourceDefinitionVersion,
    CustomResourceValidation,
    JSONSchemaProps,
)
from lightkube.models.core_v1 import Container, PodSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.core_v1 import ConfigMap, Namespace, Pod
from lightkube.types import PatchType

NAMESPACE = "clients-lightkube"
GROUP = "lightkube.clients.example.com"


def meta(name):
    return ObjectMeta(name=name, namespace=NAMESPACE, labels={"app": "smoke"})


def pod(name):
    return Pod(metadata=meta(name), spec=PodSpec(containers=[Container(name="main", image="one")]))


def objects():
    created = client.create(ConfigMap(metadata=meta("a"), data={"key": "one"}))
    assert client.get(ConfigMap, "a", namespace=NAMESPACE) == created
    patched = client.patch(ConfigMap, "a", {"data": {"key": "two"}}, namespace=NAMESPACE, patch_type=PatchType.MERGE)
    assert patched.data == {"key": "two"}, patched
    operations = [{"op": "replace", "path": "/data/key", "value": "three"}]
    patched = client.patch(ConfigMap, "a", operations, namespace=NAMESPACE, patch_type=PatchType.JSON)
    assert patched.data == {"key": "three"}, patched
    created.metadata.managedFields = None
    try:
        client.replace(created)
    except ApiError as error:
        assert error.status.code == 409 and error.status.reason == "Conflict", error.status
    else:
        raise AssertionError("a stale version was accepted")
    applied = ConfigMap(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="b", namespace=NAMESPACE), data={"k": "v"})
    assert client.apply(applied, field_manager="smoke").data == {"k": "v"}
    client.delete(ConfigMap, "a", namespace=NAMESPACE)
    client.delete(ConfigMap, "b", namespace=NAMESPACE)


def pages():
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        client.create(ConfigMap(metadata=meta(name)))
    listed = client.list(ConfigMap, namespace=NAMESPACE, chunk_size=2, labels={"app": "smoke"})
    assert [item.metadata.name for item in listed] == names and listed.resourceVersion
    client.deletecollection(ConfigMap, namespace=NAMESPACE)
    assert not list(client.list(ConfigMap, namespace=NAMESPACE, labels={"app": "smoke"}))


def watches():
    listed = client.list(Pod, namespace=NAMESPACE)
    assert not list(listed)
    client.create(pod("watched"))
    client.patch(Pod, "watched", {"metadata": {"labels": {"step": "two"}}}, namespace=NAMESPACE)
    client.delete(Pod, "watched", namespace=NAMESPACE)
    seen = []
    for kind, found in client.watch(Pod, namespace=NAMESPACE, resource_version=listed.resourceVersion, server_timeout=20):
        seen.append((kind, found.metadata.deletionTimestamp is not None))
        if kind == "DELETED":
            break
    assert seen == [("ADDED", False), ("MODIFIED", False), ("MODIFIED", True), ("DELETED", True)], seen


def waits():
    client.create(pod("waits"))
    status = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    ready = lambda: client.patch(Pod.Status, "waits", status, namespace=NAMESPACE)
    timer = threading.Timer(0.5, ready)
    timer.start()
    waited = client.wait(Pod, "waits", for_conditions=["Ready"], namespace=NAMESPACE)
    assert waited.status.conditions[0].status == "True", waited
    timer.join()


def generic():
    # The models have no x-kubernetes-preserve-unknown-fields.
    turns = JSONSchemaProps(type="object", properties={"turns": JSONSchemaProps(type="integer")})
    schema = CustomResourceValidation(openAPIV3Schema=JSONSchemaProps(type="object", properties={"spec": turns}))
    version = CustomResourceDefinitionVersion(name="v1", served=True, storage=True, schema=schema)
    names = CustomResourceDefinitionNames(plural="dials", singular="dial", kind="Dial")
    spec = CustomResourceDefinitionSpec(group=GROUP, scope="Namespaced", names=names, versions=[version])
    client.create(CustomResourceDefinition(metadata=ObjectMeta(name=f"dials.{GROUP}"), spec=spec))
    client.wait(CustomResourceDefinition, f"dials.{GROUP}", for_conditions=["Established"])
    dial = create_namespaced_resource(GROUP, "v1", "Dial", "dials")
    client.create(dial(apiVersion=f"{GROUP}/v1", kind="Dial", metadata=meta("a"), spec={"turns": 2}))
    [found] = client.list(dial, namespace=NAMESPACE, labels={"app": "smoke"})
    assert found.spec == {"turns": 2}, found
    client.delete(CustomResourceDefinition, f"dials.{GROUP}")


client = Client()
client.create(Namespace(metadata=ObjectMeta(name=NAMESPACE)))
objects()
pages()
watches()
waits()
generic()
client.delete(Namespace, NAMESPACE)
