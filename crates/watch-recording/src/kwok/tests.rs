//! From a recording to KWOK's and back, and what cannot be imported.

mod hashes;

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use watch_protocol::identity::Identity;

use super::patch::{self, PatchType};
use super::{ImportOptions, Imported, KwokError, export, import};
use crate::{EntryKind, ObjectFilter, Recording};

/// A snapshot and changes, as `kwokctl snapshot record` writes them.
const TEXT: &str = r#"apiVersion: v1
kind: Namespace
metadata:
  creationTimestamp: "2026-01-02T03:04:05Z"
  name: shop
  uid: 6f6b0c2e-0000-4000-8000-000000000001
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.example.com
spec:
  group: example.com
  names: {kind: Gateway, plural: gateways}
  scope: Cluster
  versions: [{name: v1, served: true, storage: true}]
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec:
  containers:
  - {name: main, image: "example:1"}
  - {name: side, image: "example:1"}
status:
  phase: Pending
---
apiVersion: example.com/v1
kind: Gateway
metadata: {name: public}
spec: {listeners: [{port: 80}, {port: 81}]}
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
data: {password: aHVudGVyMg==}
---
apiVersion: action.kwok.x-k8s.io/v1alpha1
durationNanosecond: 2500000000
kind: ResourcePatch
method: patch
resource: {version: v1, resource: pods}
target: {name: web-1, namespace: shop}
template:
  $setElementOrder/conditions: [{type: Ready}]
  spec:
    $setElementOrder/containers: [{name: main}, {name: side}]
    containers:
    - {name: side, image: "example:2"}
  status:
    conditions: [{type: Ready, status: "True"}]
    phase: Running
---
apiVersion: action.kwok.x-k8s.io/v1alpha1
durationNanosecond: 1000000000
kind: ResourcePatch
method: create
resource: {version: v1, resource: pods}
target: {name: web-2, namespace: shop}
template:
  apiVersion: v1
  kind: Pod
  metadata: {name: web-2, namespace: shop}
---
apiVersion: action.kwok.x-k8s.io/v1alpha1
durationNanosecond: 3000000000
kind: ResourcePatch
method: patch
resource: {group: example.com, version: v1, resource: gateways}
target: {name: public}
template: {spec: {listeners: [{port: 443}]}}
---
apiVersion: action.kwok.x-k8s.io/v1alpha1
durationNanosecond: 4000000000
kind: ResourcePatch
method: delete
resource: {version: v1, resource: pods}
target: {name: web-2, namespace: shop}
"#;

fn imported(text: &str, options: ImportOptions) -> (TempDir, PathBuf, Result<Imported, KwokError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    let imported = import(text, &path, options);
    (folder, path, imported)
}

/// The changes of a recording: the nanosecond, what happened, and the object without its version.
fn changes(recording: &Recording) -> Vec<(i128, String, Value)> {
    let start = recording.header().started;
    let entries = recording.entries().map(Result::unwrap);
    let events = entries.filter_map(|entry| {
        let EntryKind::Event { etype, origin, object } = entry.what else { return None };
        let mut object: Value = serde_json::from_slice(&object).unwrap();
        super::clean::clean(&mut object);
        let since = entry.time.duration_since(start).as_nanos();
        Some((since, format!("{etype} {}", origin.as_str()), object))
    });
    events.collect()
}

#[test]
fn recording_of_kwok_is_imported() {
    let (_folder, path, imported) = imported(TEXT, ImportOptions::default());
    let imported = imported.unwrap();
    assert_eq!((imported.objects, imported.changes), (5, 4));
    assert_eq!(imported.start.to_string(), "2026-01-02T03:04:05Z");
    let recording = Recording::open(&path).unwrap();
    let all = changes(&recording);
    let seen: Vec<_> = all[5..]
        .iter()
        .map(|(since, what, object)| {
            format!(
                "{}ms {what} {}",
                since / 1_000_000,
                object["metadata"]["name"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            "1000ms ADDED live web-2",
            "2500ms MODIFIED live web-1",
            "3000ms MODIFIED live public",
            "4000ms DELETED live web-2"
        ]
    );
    // Patches of Kubernetes' own types merge lists by key; those of custom resources replace them.
    let containers = &all[6].2["spec"]["containers"];
    assert_eq!(containers[0], json!({"name": "main", "image": "example:1"}));
    assert_eq!(containers[1], json!({"name": "side", "image": "example:2"}));
    assert_eq!(all[7].2["spec"]["listeners"], json!([{"port": 443}]));
    let secret = all.iter().find(|(_, _, object)| object["kind"] == "Secret").unwrap();
    assert!(!secret.2.to_string().contains("aHVudGVyMg=="), "Secrets are redacted");
    // Versions grow, and an object keeps its uid.
    let state = recording.state_at("2026-01-02T03:04:07Z".parse().unwrap()).unwrap();
    assert_eq!(state.version("pods/v1"), Some("6"));
    let history = recording.history(ObjectFilter::new().name("web-1"), None).unwrap();
    let uids: Vec<_> = history
        .filter_map(|entry| match entry.unwrap() {
            crate::HistoryEntry::Change(change) => Some(change.after.unwrap()),
            crate::HistoryEntry::Gap { .. } => None,
        })
        .map(|object| Identity::of_json(&object).unwrap().uid)
        .collect();
    assert!(uids.len() == 2 && uids[0] == uids[1] && !uids[0].is_empty());
}

#[test]
fn export_of_what_was_imported_is_imported_the_same() {
    let with_secrets = ImportOptions::default().with_secrets(true);
    let (_folder, path, first) = imported(TEXT, with_secrets);
    let first = first.unwrap();
    let recording = Recording::open(&path).unwrap();
    let mut text = Vec::new();
    let exported = export(&recording, &mut text).unwrap();
    assert_eq!((exported.objects, exported.changes), (5, 4));
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains(r#""durationNanosecond":2500000000"#), "{text}");
    assert!(!text.contains("resourceVersion"), "{text}");
    let (_folder, again, second) = imported(&text, with_secrets);
    assert_eq!(second.unwrap(), first);
    let by_kind = |path: &PathBuf| {
        let mut all = changes(&Recording::open(path).unwrap());
        // The order of a snapshot is the exporter's.
        all[..5].sort_by_key(|(_, _, object)| object.to_string());
        all
    };
    assert_eq!(by_kind(&again), by_kind(&path));
}

#[test]
fn patches_of_random_objects_lead_to_the_next_version() {
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..2_000 {
        let (before, after) = (object(&mut random, 0), object(&mut random, 0));
        for of in [PatchType::Strategic, PatchType::Merge] {
            // A merge patch cannot set a member to null.
            let without = |value: &Value| {
                if of == PatchType::Merge { without_nulls(value) } else { value.clone() }
            };
            let (before, after) = (without(&before), without(&after));
            let mut patched = before.clone();
            if let Some(patch) = patch::between(&before, &after, of) {
                patch::apply(&mut patched, patch.clone(), of).unwrap();
                assert_eq!(patched, after, "{of:?} {before} {patch}");
            }
            assert_eq!(patched, after);
        }
    }
}

fn object(random: &mut fastrand::Rng, depth: u8) -> Value {
    let members = (0..random.u8(..4)).map(|_| {
        let name = (*random.choice(&["containers", "conditions", "a", "b"]).unwrap()).to_owned();
        let value = match random.u8(..6) {
            0 => json!(random.u8(..3)),
            1 if depth > 0 => Value::Null,
            2 => {
                json!([{"name": "x", "type": "t", "v": random.u8(..2)}, {"name": "y", "type": "u"}])
            }
            3 => json!([random.u8(..2), 7]),
            _ if depth < 3 => object(random, depth + 1),
            _ => json!("text"),
        };
        (name, value)
    });
    Value::Object(members.collect())
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                members.map(|(name, value)| (name.clone(), without_nulls(value))).collect(),
            )
        }
        value => value.clone(),
    }
}

#[test]
fn what_cannot_be_imported_is_named_by_its_line() {
    let patch = |more: &str| {
        format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: shop}}}}\n---\n\
             apiVersion: action.kwok.x-k8s.io/v1alpha1\nkind: ResourcePatch\n{more}\n"
        )
    };
    let of = "resource: {version: v1, resource: namespaces}\ntarget: {name: shop}\n";
    for (text, line, reason) in [
        (": : :".to_owned(), Some(1), "no YAML that can be read"),
        (String::new(), None, "no object, and no ResourcePatch"),
        ("metadata: {name: x}".to_owned(), Some(1), "no apiVersion or no kind"),
        ("{apiVersion: v1, kind: Pod}".to_owned(), Some(1), "has no name"),
        (
            "{apiVersion: example.com/v1, kind: X, metadata: {name: x}}".to_owned(),
            Some(1),
            "CustomResourceDefinition",
        ),
        ("{apiVersion: v9, kind: ResourcePatch}".to_owned(), Some(1), "of the version \"v9\""),
        (patch("method: patch"), Some(3), "no ResourcePatch: missing field `resource`"),
        (patch(&format!("{of}method: move")), Some(3), "unknown variant `move`"),
        (patch(&format!("{of}method: patch")), Some(3), "namespaces shop has no template"),
        (patch(&format!("{of}method: patch\ntemplate: [1]")), Some(3), "is no JSON object"),
        (
            patch(&format!("{of}method: patch\ntemplate: {{$patch: turn}}")),
            Some(3),
            "$patch is \"turn\"",
        ),
        (
            patch(&format!("{of}method: patch\ntemplate: {{metadata: {{name: y}}}}")),
            Some(3),
            "renames it",
        ),
        (patch(&of.replace("shop", "x")), Some(3), "missing field `method`"),
        (
            patch(&format!("{}method: delete", of.replace("shop", "x"))),
            Some(3),
            "namespaces x is changed, and does not exist",
        ),
        (
            patch(&format!("{}method: delete", of.replace("namespaces", "xs"))),
            Some(3),
            "the resource xs of /v1 is not known",
        ),
        (
            patch(&format!("{of}method: create\ntemplate: {{metadata: {{name: y}}}}")),
            Some(3),
            "another name",
        ),
        (
            patch(&format!(
                "{of}method: create\ntemplate: {{apiVersion: v1, kind: Pod, metadata: {{name: shop}}}}"
            )),
            Some(3),
            "another kind",
        ),
        (
            patch(&format!(
                "{of}method: delete\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: x}}}}"
            )),
            Some(9),
            "after a change",
        ),
    ] {
        let (_folder, path, imported) = imported(&text, ImportOptions::default());
        let error = imported.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}\n{text}");
        assert_eq!(error.line(), line, "{error}\n{text}");
        assert!(!path.exists(), "{text}");
    }
    let gateway = TEXT.replace(
        "template: {spec: {listeners: [{port: 443}]}}",
        "template: {spec: {$patch: replace}}",
    );
    let (_folder, _, imported) = imported(&gateway, ImportOptions::default());
    assert!(imported.unwrap_err().to_string().contains("only patches of Kubernetes' own types"));
}

#[test]
fn recording_that_exists_is_not_replaced() {
    let (_folder, path, first) = imported(TEXT, ImportOptions::default());
    first.unwrap();
    let error = import(TEXT, &path, ImportOptions::default()).unwrap_err();
    assert!(error.recording_error().unwrap().is_already_existing());
}
