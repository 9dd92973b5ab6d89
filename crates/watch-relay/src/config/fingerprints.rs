//! What differs between two configurations.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use serde_json::Value;

use super::references::Reference;

/// The keys whose changes take effect with the next start of the relay.
pub(crate) const RESTART_KEYS: [&str; 4] = ["checkpoints", "listen", "redactionKey", "replicas"];

/// The key of the hashes: another one in each process, so that a hash tells nothing about a password.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Hashes of what a configuration says. They are compared in place of the settings, of which some are passwords.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fingerprints {
    /// By key.
    settings: BTreeMap<String, u64>,
    /// By name.
    pipelines: BTreeMap<String, u64>,
    /// The files that pipelines refer to, by name.
    files: BTreeMap<String, Vec<Reference>>,
}

impl Fingerprints {
    /// Of the text of a configuration. There are none of what is not valid.
    pub(super) fn of(text: &str) -> Self {
        let read: Value = serde_saphyr::from_str(text).unwrap_or_default();
        let hash = |value: &Value| HASHES.hash_one(value.to_string());
        let settings = read.as_object().into_iter().flatten();
        let settings = settings.map(|(key, value)| (key.clone(), hash(value)));
        let pipelines = read["pipelines"].as_array().into_iter().flatten();
        let files = pipelines.clone().map(|pipeline| (name(pipeline), Reference::all(pipeline)));
        let pipelines = pipelines.map(|pipeline| (name(pipeline), hash(pipeline)));
        Self {
            settings: settings.collect(),
            pipelines: pipelines.collect(),
            files: files.collect(),
        }
    }

    /// Returns which file that a pipeline refers to cannot be read, if any, and why.
    pub(crate) fn unreadable_file(&self, pipeline: &str) -> Option<String> {
        self.files.get(pipeline)?.iter().find_map(Reference::fault)
    }

    /// Whether both have the same value of a key, or none.
    pub(crate) fn have_same(&self, other: &Self, key: &str) -> bool {
        self.settings.get(key) == other.settings.get(key)
    }

    /// Whether both have this pipeline, and it is the same. It counts as changed if it was not read from a file.
    pub(crate) fn have_same_pipeline(&self, other: &Self, name: &str) -> bool {
        let found = self.pipelines.get(name);
        found.is_some() && found == other.pipelines.get(name)
    }

    /// Takes over the values of a key from another configuration.
    pub(crate) fn keep(&mut self, other: &Self, key: &str) {
        match other.settings.get(key) {
            Some(hash) => drop(self.settings.insert(key.to_owned(), *hash)),
            None => drop(self.settings.remove(key)),
        }
    }
}

fn name(pipeline: &Value) -> String {
    match &pipeline["name"] {
        Value::String(name) => name.clone(),
        // It may look like a number.
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "checkpoints: {nats: {url: 'nats://a:SECRET@b'}}\npipelines:\n- {name: a, to: {stdout: {}}}\n\
                        - {name: b, to: {stdout: {}}}\n";

    #[test]
    fn form_and_comments_do_not_count_and_values_do() {
        let before = Fingerprints::of(TEXT);
        let after = Fingerprints::of(
            "# new\npipelines:\n- to:\n    stdout: {}\n  name: \"a\"\n- {name: b, filter: 'true', to: {stdout: {}}}\n\
             checkpoints: {nats: {url: nats://a:OTHER@b}}\n",
        );
        assert!(before.have_same_pipeline(&after, "a"));
        assert!(!before.have_same_pipeline(&after, "b"));
        assert!(!before.have_same_pipeline(&after, "c"));
        assert!(!before.have_same(&after, "checkpoints"), "a password is another one");
        assert!(before.have_same(&after, "listen"));
        let mut kept = after;
        kept.keep(&before, "checkpoints");
        assert!(before.have_same(&kept, "checkpoints"));
    }

    #[test]
    fn no_secret_is_kept() {
        assert!(!format!("{:?}", Fingerprints::of(TEXT)).contains("SECRET"));
    }
}
