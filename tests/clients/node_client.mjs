// The official JavaScript client (client-node) against an API server: typed calls, patches, pages, watches, an informer.
import assert from "node:assert/strict";

import * as k8s from "@kubernetes/client-node";

const NAMESPACE = "clients-node";
const namespace = NAMESPACE;

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);

function pod(name) {
  return { metadata: { name }, spec: { containers: [{ name: "main", image: "one" }] } };
}

async function rejected(code, reason, call) {
  await assert.rejects(call, (error) => error.code === code && JSON.parse(error.body).reason === reason);
}

/** Resolves once the condition holds. */
async function until(holds) {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 200, `not within 20 s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function objects() {
  const body = { metadata: { name: "a", labels: { app: "smoke" } }, data: { key: "one" } };
  const created = await core.createNamespacedConfigMap({ namespace, body });
  const read = await core.readNamespacedConfigMap({ namespace, name: "a" });
  assert.equal(read.metadata.uid, created.metadata.uid);
  const merge = k8s.setHeaderOptions("Content-Type", k8s.PatchStrategy.MergePatch);
  const patched = await core.patchNamespacedConfigMap({ namespace, name: "a", body: { data: { key: "two" } } }, merge);
  assert.deepEqual(patched.data, { key: "two" });
  const stale = () => core.replaceNamespacedConfigMap({ namespace, name: "a", body: created });
  await rejected(409, "Conflict", stale);
  const objectApi = k8s.KubernetesObjectApi.makeApiClient(config);
  const whole = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace }, data: { key: "three" } };
  const applied = await objectApi.patch(whole, undefined, undefined, "smoke", true, k8s.PatchStrategy.ServerSideApply);
  assert.equal(applied.data.key, "three");
  // Only an apply may be forced.
  await rejected(422, "Invalid", () =>
    objectApi.patch(whole, undefined, undefined, "smoke", true, k8s.PatchStrategy.MergePatch),
  );
  const deleted = await core.deleteNamespacedConfigMap({ namespace, name: "a" });
  assert.equal(deleted.details.uid, created.metadata.uid);
  await rejected(404, "NotFound", () => core.readNamespacedConfigMap({ namespace, name: "a" }));
}

async function pages() {
  const names = ["page-0", "page-1", "page-2", "page-3", "page-4"];
  for (const name of names) {
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { app: "smoke" } } } });
  }
  const found = [];
  let token;
  do {
    const page = await core.listNamespacedConfigMap({ namespace, labelSelector: "app=smoke", limit: 2, _continue: token });
    found.push(...page.items.map((item) => item.metadata.name));
    token = page.metadata._continue;
  } while (token);
  assert.deepEqual(found, names);
}

async function watches() {
  const { metadata } = await core.listNamespacedPod({ namespace });
  const created = await core.createNamespacedPod({ namespace, body: pod("watched") });
  const deleted = await core.deleteNamespacedPod({ namespace, name: "watched" });
  assert.equal(deleted.kind, "Pod");
  assert.equal(deleted.metadata.uid, created.metadata.uid);
  const seen = [];
  const ended = await new Promise((resolve, reject) => {
    const parameters = { resourceVersion: metadata.resourceVersion, timeoutSeconds: 1 };
    const event = (type, object) => seen.push([type, object.metadata.deletionTimestamp !== undefined]);
    new k8s.Watch(config).watch(`/api/v1/namespaces/${NAMESPACE}/pods`, parameters, event, resolve).catch(reject);
  });
  assert.equal(ended, null);
  assert.deepEqual(seen, [["ADDED", false], ["MODIFIED", true], ["DELETED", true]]);
}

async function informs() {
  await core.createNamespacedPod({ namespace, body: pod("before") });
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${NAMESPACE}/pods`, () =>
    core.listNamespacedPod({ namespace }),
  );
  const seen = [];
  for (const event of ["add", "update", "delete"]) {
    informer.on(event, (object) => seen.push(`${event} ${object.metadata.name}`));
  }
  const errors = [];
  informer.on("error", (error) => errors.push(error));
  await informer.start();
  await until(() => seen.includes("add before"));
  await core.createNamespacedPod({ namespace, body: pod("after") });
  await until(() => seen.includes("add after"));
  await core.deleteNamespacedPod({ namespace, name: "before" });
  await until(() => seen.includes("delete before"));
  assert.deepEqual(informer.list(NAMESPACE).map((object) => object.metadata.name), ["after"]);
  assert.deepEqual(errors, []);
  await informer.stop();
}

await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
await objects();
await pages();
await watches();
await informs();
const terminating = await core.deleteNamespace({ name: NAMESPACE });
assert.equal(terminating.status.phase ?? terminating.status, "Terminating");
