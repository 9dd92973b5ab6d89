//! The anchors of a document, and copies of their values at a bounded cost.

use std::collections::HashMap;

use serde_json::Value;

/// The maximum number of values that the anchors and aliases of a document copy. A few lines of aliases to
/// aliases would otherwise fill the memory.
const MAX_COPIES: usize = 1_000_000;

#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// By the parser's number of an anchor.
    values: HashMap<usize, Value>,
    copies: usize,
}

impl Anchors {
    /// Keeps the value of an anchor; 0 is none.
    pub(super) fn define(&mut self, anchor: usize, value: &Value) -> Result<(), &'static str> {
        if anchor != 0 {
            self.count(size(value))?;
            self.values.insert(anchor, value.clone());
        }
        Ok(())
    }

    /// Returns the value of an anchor, whose nesting may not exceed `depth`.
    pub(super) fn copy(&mut self, anchor: usize, depth: usize) -> Result<Value, &'static str> {
        let value = self.values.get(&anchor).ok_or("an alias within the value of its anchor")?;
        if nesting(value) > depth {
            return Err("nested too deeply");
        }
        let (size, value) = (size(value), value.clone());
        self.count(size)?;
        Ok(value)
    }

    fn count(&mut self, size: usize) -> Result<(), &'static str> {
        self.copies += size;
        if self.copies > MAX_COPIES { Err("too many values by aliases") } else { Ok(()) }
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(nesting).max().unwrap_or_default(),
        _ => 0,
    }
}
