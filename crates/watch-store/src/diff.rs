//! What changed between two objects: paths with old and new values, and patches.
//!
//! ```
//! # use serde_json::json;
//! use watch_store::Diff;
//!
//! let pod = |image: &str, phase: &str| {
//!     json!({
//!         "apiVersion": "v1",
//!         "kind": "Pod",
//!         "metadata": {"name": "web-1"},
//!         "spec": {"containers": [{"name": "web", "image": image}]},
//!         "status": {"phase": phase},
//!     })
//! };
//! let diff = Diff::between(&pod("nginx:1.27", "Pending"), &pod("nginx:1.29", "Running"))?;
//! let lines: Vec<String> = diff.iter().map(ToString::to_string).collect();
//! assert_eq!(
//!     lines,
//!     [
//!         "spec.containers[name=web].image: nginx:1.27 → nginx:1.29",
//!         "status.phase: Pending → Running",
//!     ]
//! );
//! # Ok::<(), watch_store::diff::DiffError>(())
//! ```
//!
//! # What is compared
//!
//! Anything that serializes to JSON: generated types, custom resources, `DynamicObject`, `Meta<T>`, `serde_json::Value`.
//! What Kubernetes' specs say about a kind is found by the object's `apiVersion` and `kind`, which watchers fill in; for
//! an object without them, name the resource ([`DiffOptions::resource`]).
//!
//! - `metadata.managedFields`, `metadata.resourceVersion` and `metadata.generation` are left out, unless
//!   [`DiffOptions`] asks for them.
//! - A member that is `null` counts as absent. An empty list or object does not: `emptyDir: {}` says something. Generated
//!   types never have empty lists in JSON.
//! - Numbers are compared by value: `1` is `1.0`. Quantities and times are compared as they are written, unless
//!   [`DiffOptions`] asks for their values.
//! - JSON within an object (`RawExtension`) is compared member by member. If it is an object of a known kind, it is
//!   compared as one.
//!
//! # How the items of a list are matched
//!
//! 1. By the keys that [`DiffOptions::list_keys`] gives.
//! 2. By the keys in Kubernetes' specs: containers by `name`, conditions by `type`, a container's ports by `containerPort`
//!    and `protocol`. Items of a set, such as finalizers, are matched by value. The newest release that has a field decides.
//!    Releases contradict each other in a dozen fields, most of them of alpha and beta versions: sets became atomic, a
//!    Pod's `nodeAllocatableResourceClaimStatuses` got a key, the `devices` of a `ResourceClaim` a fourth one.
//! 3. Any other list, of built-in kinds and custom resources alike, by `name`, else by `type`, if each item on both sides
//!    is an object that has it as a string, no two of a side the same. So a Pod's `containerStatuses` are matched by
//!    `name`, and custom resources' conditions by `type`.
//! 4. Else by position, after equal items at the beginning and the end.
//!
//! Items of which all keys are absent are matched by position, among themselves. Of several items with the same keys, the
//! first is matched with the first, the second with the second: `env[name=A#2]`. If items that both sides have changed
//! their order, that is one change more.
//!
//! # What is one change
//!
//! An item of a list that appears or disappears is one change, and so is a whole object ([`Diff::of_change`]).
//! Anything else is told by field, also when the object or list that contains it appears or disappears: the first label of
//! an object is `metadata.labels.app: (none) → web`.
//!
//! # Secrets
//!
//! The values of Secrets are in no change and no output of `Display` or `Debug`: neither `data` and `stringData`, nor
//! annotations with a copy of the object, such as `kubectl.kubernetes.io/last-applied-configuration`. That holds for
//! Secrets within other objects, too, and for what has no kind, such as a Secret that a program made without one. Instead of a value there is
//! `<secret 5f0cd1a29b3c7e11>`, a hash of it with a random key of this process: equal values below the same name have the
//! same hash, for as long as the process runs. Names are shown.
//!
//! Only the patches contain the values when they are serialized, since without them they would destroy the Secret that
//! they are applied to.
//!
//! # Costs
//!
//! Both objects are encoded as trees of `serde_json::Value`, managed fields included, and these live as long as the
//! [`Diff`], unless nothing changed. Time and memory are proportional to the size of the objects. For a Pod of 9 KB as a
//! `DynamicObject`, it takes 1.6 million instructions, of which four fifths are `serde_json`'s for making and dropping the
//! trees.

mod change;
mod compare;
mod equal;
mod error;
mod items;
mod json_patch;
mod members;
mod merge_patch;
mod options;
mod patch;
mod path;
mod quantity;
mod secret;
mod shape;
mod table;
mod text;
mod texts;
mod walk;

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

use serde::Serialize;
use serde_json::Value;

pub use change::{Change, ChangeKind};
pub use error::DiffError;
pub use options::DiffOptions;
pub use patch::{JsonPatch, MergePatch};
pub use path::{Path, PathSegment};

use compare::Delta;

/// What changed between two objects; see the [module](self).
///
/// `Display` writes one line per change. It is an iterator of [`Change`]s.
#[derive(Clone, Default)]
pub struct Diff {
    changes: Vec<Change>,
    delta: Option<Delta>,
    /// `null` if nothing changed.
    objects: Objects,
    /// The same without the values of secrets, if there are any.
    shown: Option<Objects>,
}

/// Two objects. An object that does not exist is `null`.
#[derive(Clone, Default)]
struct Objects {
    before: Value,
    after: Value,
}

impl Diff {
    /// Returns what changed between two objects.
    ///
    /// # Errors
    ///
    /// Fails if an object cannot be encoded as JSON: its own `Serialize` fails, or raw JSON in it has a number that is
    /// out of range or is nested more than 127 levels deep.
    pub fn between<T: Serialize>(before: &T, after: &T) -> Result<Self, DiffError> {
        DiffOptions::new().between(before, after)
    }

    /// Returns what changed where an object may not exist before, or after. Then there is one change, of the whole object,
    /// with an empty path.
    ///
    /// # Errors
    ///
    /// As [`between`](Self::between).
    pub fn of_change<T: Serialize>(
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<Self, DiffError> {
        DiffOptions::new().of_change(before, after)
    }

    fn new(options: &DiffOptions, mut before: Value, mut after: Value) -> Self {
        options.leave_out(&mut before);
        options.leave_out(&mut after);
        let objects = Objects { before, after };
        let shown = secret::hide(&objects.before, &objects.after, options);
        let shown = shown.map(|(before, after)| Objects { before, after });
        let Objects { before, after } = shown.as_ref().unwrap_or(&objects);
        let delta = compare::compare(options, before, after);
        let Some(known) = &delta else { return Self::default() };
        let changes = walk::changes(options, known, before, after);
        Self { changes, delta, objects, shown }
    }

    /// Returns the changes, in the order of their paths: fields by name, items as they are in the new list, then those that
    /// only the old one has.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Returns an iterator of the changes.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.changes.iter()
    }

    /// Returns the number of changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Returns whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns whether something at or below a path changed, or a whole object that contains it. The path is written as in
    /// `Display`: `spec`, `spec.containers[name=web]`, `metadata.labels["app.kubernetes.io/name"]`.
    pub fn touches(&self, path: &str) -> bool {
        let is_within = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| {
                rest.is_empty() || outer.is_empty() || rest.starts_with(['.', '['])
            })
        };
        self.changes.iter().any(|change| {
            let changed = change.path().text();
            is_within(&changed, path)
                || (change.kind() != ChangeKind::Reordered && is_within(path, &changed))
        })
    }

    /// Returns the changes as a JSON Patch (RFC 6902). Applied to the old object, it gives the new one, but for what the
    /// diff leaves out, which stays as it was. Items of lists are added, removed and moved one by one, by their
    /// positions, so that it must be applied to exactly the old object. A list in which more than 1,000 items move is
    /// replaced. An object that does not exist is `null`.
    ///
    /// Serialized, it contains the values of Secrets; its `Debug` does not.
    pub fn to_json_patch(&self) -> JsonPatch {
        JsonPatch(self.patch(json_patch::operations))
    }

    /// Returns the changes as a JSON Merge Patch (RFC 7386). Applied to the old object, it gives the new one, but for what
    /// the diff leaves out, and for members that are `null` in the new one: such a patch cannot set them. A list in which
    /// something changed is replaced as a whole. An object that does not exist is `null`.
    ///
    /// Serialized, it contains the values of Secrets; its `Debug` does not.
    pub fn to_merge_patch(&self) -> MergePatch {
        MergePatch(self.patch(merge_patch::merge_patch))
    }

    /// Returns the two objects without what the diff leaves out, and with hashes instead of the values of Secrets: to show
    /// them. Both are `null` if nothing changed.
    pub fn shown_objects(&self) -> (&Value, &Value) {
        let Objects { before, after } = self.shown.as_ref().unwrap_or(&self.objects);
        (before, after)
    }

    fn patch(&self, of: fn(Option<&Delta>, &Value, &Value) -> Value) -> patch::Document {
        let of = |objects: &Objects| of(self.delta.as_ref(), &objects.before, &objects.after);
        patch::Document { value: of(&self.objects), shown: self.shown.as_ref().map(of) }
    }
}

impl DiffOptions {
    /// Returns what changed between two objects.
    ///
    /// # Errors
    ///
    /// As [`Diff::between`].
    pub fn between<T: Serialize>(&self, before: &T, after: &T) -> Result<Diff, DiffError> {
        self.of_change(Some(before), Some(after))
    }

    /// Returns the changes between two objects in JSON. Where most of an object is as it was, this takes a small part of
    /// the time and the memory of [`between`](Self::between): members whose texts are equal are not decoded. That is why
    /// there are no patches.
    ///
    /// ```
    /// use watch_store::DiffOptions;
    ///
    /// let before = r#"{"kind": "Pod", "spec": {"nodeName": "a"}, "status": {"phase": "Pending"}}"#;
    /// let after = r#"{"kind": "Pod", "spec": {"nodeName": "a"}, "status": {"phase": "Running"}}"#;
    /// let changes = DiffOptions::new().changes_of_json(before, after)?;
    /// assert_eq!(changes[0].to_string(), "status.phase: Pending → Running");
    /// # Ok::<(), watch_store::diff::DiffError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if a text is not a JSON document.
    pub fn changes_of_json(&self, before: &str, after: &str) -> Result<Vec<Change>, DiffError> {
        let (before, after) = texts::trees(self, before, after).map_err(DiffError::not_json)?;
        Ok(Diff::new(self, before, after).changes)
    }

    /// Returns what changed where an object may not exist before, or after.
    ///
    /// # Errors
    ///
    /// As [`Diff::between`].
    pub fn of_change<T: Serialize>(
        &self,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<Diff, DiffError> {
        let tree = |object: Option<&T>| match object {
            Some(object) => serde_json::to_value(object).map_err(DiffError::new),
            None => Ok(Value::Null),
        };
        Ok(Diff::new(self, tree(before)?, tree(after)?))
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, change) in self.changes.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{change}")?;
        }
        Ok(())
    }
}

/// The objects are not part of it: they may contain values of Secrets.
impl fmt::Debug for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diff").field("changes", &self.changes).finish_non_exhaustive()
    }
}

impl IntoIterator for Diff {
    type Item = Change;
    type IntoIter = std::vec::IntoIter<Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.changes.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diff {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
