//! What changed last of each object, on one line.

use hashbrown::HashMap;
use watch_protocol::{EventType, Origin};

use crate::kind::Kind;
use crate::object::lines::{self, Line};

/// How many states are compared for one screen: it costs as much as all else. The rest follows with the next.
const MOST_COMPARED: usize = 8;
/// How many texts are kept.
const MOST_KEPT: usize = 1_000;

/// What changed last, by kind and object, with the number of the state.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    texts: HashMap<(usize, u32), (u64, String)>,
    /// How many states were compared for this screen.
    compared: usize,
}

/// It was too much for one screen.
#[derive(Debug)]
pub(crate) struct NotYet;

impl Latest {
    /// Begins a screen.
    pub(crate) fn begin(&mut self) {
        self.compared = 0;
        if self.texts.len() > MOST_KEPT {
            self.texts.clear();
        }
    }

    /// Returns what changed last of an object up to an event: `None` if nothing did, and an error if it is to be asked for
    /// again, for the next screen.
    pub(crate) fn text(
        &mut self,
        (place, kind): (usize, &Kind),
        id: u32,
        shown: u64,
    ) -> Result<Option<&str>, NotYet> {
        let Some(number) = newest(kind, id, shown) else { return Ok(None) };
        let known = self.texts.get(&(place, id));
        if known.is_none_or(|(of, _)| *of != number) {
            if self.compared == MOST_COMPARED {
                return Err(NotYet);
            }
            self.compared += 1;
            let text = describe(kind, id, number).unwrap_or_default();
            self.texts.insert((place, id), (number, text));
        }
        Ok(self.texts.get(&(place, id)).map(|(_, text)| text.as_str()))
    }
}

/// Returns the number of the newest state that is shown, if it is that of a change.
fn newest(kind: &Kind, id: u32, shown: u64) -> Option<u64> {
    let states = kind.objects.get(id)?.history.states();
    let state = states.iter().rev().find(|state| state.number <= shown)?;
    (state.origin != Origin::Initial).then_some(state.number)
}

fn describe(kind: &Kind, id: u32, number: u64) -> Option<String> {
    let states = kind.objects.get(id)?.history.states();
    let place = states.iter().position(|state| state.number == number)?;
    let state = &states[place];
    Some(match state.etype {
        EventType::Added => "created".to_owned(),
        EventType::Deleted => "deleted".to_owned(),
        EventType::Modified => {
            let before = states.get(place.checked_sub(1)?)?;
            summary(lines::changes(before, state))
        }
    })
}

/// Returns the most telling changes on one line.
fn summary(lines: Vec<Line>) -> String {
    let mut changes: Vec<_> = lines
        .into_iter()
        .filter_map(|line| match line {
            Line::Change { path, values } => Some((telling(&path, &values), path, values)),
            _ => None,
        })
        .collect();
    changes.sort_by_key(|(rank, ..)| *rank);
    let texts: Vec<_> =
        changes.into_iter().map(|(_, path, values)| format!("{}{values}", short(&path))).collect();
    texts.join("; ")
}

/// Returns a path without what most have: there is little space.
fn short(path: &str) -> &str {
    let prefixes = ["status.", "spec.", "metadata."];
    prefixes.iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path)
}

/// What is wanted tells more than what is, and single values more than times and conditions.
fn telling(path: &str, values: &str) -> u8 {
    let is_time = path.ends_with("Time") || path.ends_with("Timestamp");
    match path {
        _ if is_time => 4,
        _ if path.starts_with("spec.") || path.starts_with("data.") => 0,
        "status.phase" => 0,
        _ if path.starts_with("metadata.deletion") => 1,
        _ if path.contains("conditions[") || values.contains('{') => 3,
        _ => 2,
    }
}
