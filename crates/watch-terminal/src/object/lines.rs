//! What is shown of a state: what has changed, line by line, or the whole object. Values of Secrets are hashes.

use serde_json::Value;
use watch_store::Diff;

use crate::history::State;

/// A line that is shown of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A change of a field: its path, the first part of that, and the values.
    Change { path: String, values: String },
    /// A remark of the program.
    Remark(String),
    /// A line of an object.
    Text(String),
}

/// Returns what has changed from one state to the next.
pub(crate) fn changes(before: &State, after: &State) -> Vec<Line> {
    let (Some(before), Some(after)) = (&before.object, &after.object) else {
        return vec![Line::Remark("The last state is unknown.".to_owned())];
    };
    let diff = match Diff::between(&parse(before), &parse(after)) {
        Ok(diff) => diff,
        Err(error) => return vec![Line::Remark(format!("The states cannot be compared: {error}"))],
    };
    if diff.is_empty() {
        return vec![Line::Remark("Only its version and managed fields have changed.".to_owned())];
    }
    diff.iter()
        .map(|change| {
            let (path, line) = (change.path().to_string(), change.to_string());
            let values = line.strip_prefix(&path).unwrap_or_default().to_owned();
            Line::Change { path, values }
        })
        .collect()
}

/// Returns the whole object of a state, as YAML.
pub(crate) fn whole(state: &State) -> Vec<Line> {
    let Some(object) = &state.object else {
        return vec![Line::Remark("The last state is unknown.".to_owned())];
    };
    // A whole object is one change, in which the values of Secrets are hidden.
    let object = parse(object);
    let shown = Diff::of_change(None, Some(&object)).ok();
    let shown = shown.as_ref().and_then(|diff| diff.changes().first()?.after());
    let yaml = shown.and_then(|shown| serde_saphyr::to_string(shown).ok());
    match yaml {
        Some(yaml) => yaml.lines().map(|line| Line::Text(line.to_owned())).collect(),
        None => vec![Line::Remark("The object cannot be shown.".to_owned())],
    }
}

fn parse(object: &str) -> Value {
    serde_json::from_str(object).unwrap_or_default()
}
