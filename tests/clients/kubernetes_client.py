"""The official Python client (kubernetes) against an API server: typed and dynamic calls, pages, watches, a lease."""

import json

from kubernetes import client, config, watch
from kubernetes.dynamic import DynamicClient

NAMESPACE = "clients-kubernetes"


def config_map(name, **data):
    metadata = client.V1ObjectMeta(name=name, labels={"app": "smoke"})
    return client.V1ConfigMap(metadata=metadata, data=data)


def pod(name):
    spec = client.V1PodSpec(containers=[client.V1Container(name="main", image="one")])
    return client.V1Pod(metadata=client.V1ObjectMeta(name=name), spec=spec)


def rejected(status, reason, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except client.ApiException as error:
        assert (error.status, json.loads(error.body)["reason"]) == (status, reason), error
        return
    raise AssertionError(f"not rejected with {status}")


def objects(api):
    created = api.create_namespaced_config_map(NAMESPACE, config_map("a", key="one"))
    assert created.metadata.uid and created.data == {"key": "one"}, created
    read = api.read_namespaced_config_map("a", NAMESPACE)
    assert read.metadata.resource_version == created.metadata.resource_version, read
    patched = api.patch_namespaced_config_map("a", NAMESPACE, {"data": {"key": None, "other": "two"}})
    assert patched.data == {"other": "two"}, patched
    created.data = {"key": "lost"}
    rejected(409, "Conflict", api.replace_namespaced_config_map, "a", NAMESPACE, created)
    rejected(409, "AlreadyExists", api.create_namespaced_config_map, NAMESPACE, config_map("a"))
    rejected(404, "NotFound", api.read_namespaced_config_map, "none", NAMESPACE)
    # Where the OpenAPI says that a deletion returns a Status, the client returns the JSON of whatever it gets.
    deleted = api.delete_namespaced_config_map("a", NAMESPACE)
    assert (deleted["status"], deleted["details"]["uid"]) == ("Success", created.metadata.uid), deleted


def pages(api):
    for number in range(5):
        api.create_namespaced_config_map(NAMESPACE, config_map(f"page-{number}"))
    names, token = [], None
    while token is None or token:
        page = api.list_namespaced_config_map(NAMESPACE, limit=2, _continue=token, label_selector="app=smoke")
        assert len(page.items) <= 2, page
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue or ""
    assert names == [f"page-{number}" for number in range(5)], names
    api.delete_collection_namespaced_config_map(NAMESPACE, label_selector="app=smoke")
    assert not api.list_namespaced_config_map(NAMESPACE, label_selector="app=smoke").items


def watches(api):
    version = api.list_namespaced_pod(NAMESPACE).metadata.resource_version
    created = api.create_namespaced_pod(NAMESPACE, pod("a"))
    api.patch_namespaced_pod("a", NAMESPACE, {"metadata": {"labels": {"step": "two"}}})
    # The answer must be a pod: the client validates it.
    deleted = api.delete_namespaced_pod("a", NAMESPACE, grace_period_seconds=0)
    assert deleted.metadata.uid == created.metadata.uid, deleted
    assert deleted.metadata.deletion_timestamp, deleted
    seen, stream = [], watch.Watch()
    for event in stream.stream(api.list_namespaced_pod, NAMESPACE, resource_version=version, timeout_seconds=20):
        seen.append((event["type"], event["object"].metadata.deletion_timestamp is not None))
        if event["type"] == "DELETED":
            stream.stop()
    assert seen == [("ADDED", False), ("MODIFIED", False), ("MODIFIED", True), ("DELETED", True)], seen


def dynamic():
    resource = DynamicClient(client.ApiClient()).resources.get(api_version="apps/v1", kind="Deployment")
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "main", "image": "one"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
    applied = resource.server_side_apply(body=body, namespace=NAMESPACE, field_manager="smoke")
    assert applied.metadata.managedFields[0].manager == "smoke", applied
    resource.patch(
        body={"spec": {"replicas": 3}}, name="web", namespace=NAMESPACE, content_type="application/merge-patch+json"
    )
    assert client.AppsV1Api().read_namespaced_deployment_scale("web", NAMESPACE).spec.replicas == 3
    resource.delete(name="web", namespace=NAMESPACE)


def leases():
    api = client.CoordinationV1Api()
    lease = client.V1Lease(
        metadata=client.V1ObjectMeta(name="leader"), spec=client.V1LeaseSpec(holder_identity="a", lease_duration_seconds=9)
    )
    held = api.create_namespaced_lease(NAMESPACE, lease)
    rejected(422, "Invalid", api.replace_namespaced_lease, "leader", NAMESPACE, lease)
    held.spec.holder_identity = "b"
    assert api.replace_namespaced_lease("leader", NAMESPACE, held).spec.holder_identity == "b"


config.load_kube_config()
core = client.CoreV1Api()
core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=NAMESPACE)))
objects(core)
pages(core)
watches(core)
dynamic()
leases()
terminating = core.delete_namespace(NAMESPACE)
assert terminating["metadata"]["deletionTimestamp"] and terminating["status"]["phase"] == "Terminating", terminating
