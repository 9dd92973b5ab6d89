//! A mapping while it is read: its members, and the key whose value comes next.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A key of a mapping.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name(String),
    /// `<<`, whose value is a mapping, or a list of mappings, to merge.
    Merge,
}

#[derive(Debug, Default)]
pub(super) struct Mapping {
    members: Map<String, Value>,
    /// The members that only a merge has set.
    merged: BTreeSet<String>,
    key: Option<Key>,
}

impl Mapping {
    /// Returns whether a key comes next.
    pub(super) fn wants_key(&self) -> bool {
        self.key.is_none()
    }

    pub(super) fn start_member(&mut self, key: Key) -> Result<(), &'static str> {
        if let Key::Name(name) = &key
            && self.members.contains_key(name)
            && !self.merged.remove(name)
        {
            return Err("the key is there already");
        }
        self.key = Some(key);
        Ok(())
    }

    /// Adds the value of the key.
    pub(super) fn end_member(&mut self, value: Value) -> Result<(), &'static str> {
        const WRONG: &str = "<< needs a mapping, or a list of mappings";
        match (self.key.take(), value) {
            (Some(Key::Name(name)), value) => {
                self.members.insert(name, value);
            }
            (Some(Key::Merge), Value::Object(members)) => self.merge(members),
            (Some(Key::Merge), Value::Array(items)) => {
                // The first of them has precedence.
                for item in items.into_iter().rev() {
                    let Value::Object(members) = item else { return Err(WRONG) };
                    self.merge(members);
                }
            }
            _ => return Err(WRONG),
        }
        Ok(())
    }

    /// Overwrites what stands before the merge, as kubectl does. YAML 1.1 would keep it.
    fn merge(&mut self, members: Map<String, Value>) {
        for (name, value) in members {
            if self.members.insert(name.clone(), value).is_none() {
                self.merged.insert(name);
            }
        }
    }

    pub(super) fn into_value(self) -> Value {
        Value::Object(self.members)
    }
}
