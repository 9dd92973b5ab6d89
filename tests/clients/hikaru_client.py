"""hikaru against an API server: objects with methods, its watcher and its multiplexing watcher."""

from hikaru import set_default_release
from hikaru.watch import MultiplexingWatcher, Watcher
from kubernetes import config

set_default_release("rel_1_28")
from hikaru.model.rel_1_28.v1 import (  # noqa: E402
    ConfigMap,
    ConfigMapList,
    Container,
    Namespace,
    ObjectMeta,
    Pod,
    PodList,
    PodSpec,
)

NAMESPACE = "clients-hikaru"


def config_map(name):
    return ConfigMap(metadata=ObjectMeta(name=name, namespace=NAMESPACE, labels={"app": "smoke"}), data={"key": "one"})


def pod(name):
    metadata = ObjectMeta(name=name, namespace=NAMESPACE)
    return Pod(metadata=metadata, spec=PodSpec(containers=[Container(name="main", image="one")]))


def objects():
    created = config_map("a").create()
    read = ConfigMap(metadata=ObjectMeta(name="a", namespace=NAMESPACE)).read()
    assert read.metadata.uid == created.metadata.uid and read.data == {"key": "one"}, read
    read.data["key"] = "two"
    read.update()
    listed = ConfigMapList.listNamespacedConfigMap(NAMESPACE, label_selector="app=smoke", limit=1).obj
    assert [item.data for item in listed.items] == [{"key": "two"}], listed
    read.delete()
    assert pod("a").create().delete().metadata.name == "a"


def pages():
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        config_map(name).create()
    # It drops the continue token of a page.
    page = ConfigMapList.listNamespacedConfigMap(NAMESPACE, limit=2).obj
    assert len(page.items) == 2 and page.metadata.remainingItemCount >= 3, page


def watches():
    version = PodList.listNamespacedPod(NAMESPACE).obj.metadata.resourceVersion
    pod("watched").create()
    pod("watched").delete()
    # Managed, it goes on after each server timeout of one second.
    watcher, seen = Watcher(Pod, namespace=NAMESPACE, resource_version=version, timeout_seconds=1), []
    for event in watcher.stream(manage_resource_version=True, quit_on_timeout=False):
        seen.append((event.etype, event.obj.metadata.deletionTimestamp is not None))
        if event.etype == "DELETED":
            watcher.stop()
    assert seen == [("ADDED", False), ("MODIFIED", True), ("DELETED", True)], seen
    # Unmanaged, it ends when the server does.
    events = list(Watcher(Pod, namespace=NAMESPACE, resource_version=version, timeout_seconds=1).stream(quit_on_timeout=True))
    assert [event.etype for event in events] == ["ADDED", "MODIFIED", "DELETED"], events


def multiplexed():
    pod("both").create()
    multiplexer = MultiplexingWatcher()
    for watched in (Pod, Namespace):
        namespace = {"namespace": NAMESPACE} if watched is Pod else {}
        multiplexer.add_watcher(Watcher(watched, timeout_seconds=1, **namespace))
    kinds = set()
    for event in multiplexer.stream(manage_resource_version=True, quit_on_timeout=True):
        kinds.add(event.obj.kind)
        if kinds == {"Pod", "Namespace"}:
            multiplexer.stop()
    assert kinds == {"Pod", "Namespace"}, kinds


config.load_kube_config()
namespace = Namespace(metadata=ObjectMeta(name=NAMESPACE))
namespace.create()
objects()
pages()
watches()
multiplexed()
Namespace.deleteNamespace(NAMESPACE)
