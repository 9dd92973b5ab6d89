//! Changes of objects' rows that are written as one row.
//!
//! A commit of a hundred events changes a hundred rows, each in another page of a B-tree. So it writes the changes one
//! after another into a row of their own, and now and then all of them are made at once: then each page has several.

use std::collections::HashMap;

use crate::rows::{self, Read, number, put_number, take};
use crate::store::Row;

/// The last value of each row that is to change, by its key; `None` if it is to be removed.
pub(crate) type Changes = HashMap<Vec<u8>, Option<Vec<u8>>>;

/// At least so many changes are collected, and at least this part of the objects.
const FEWEST: usize = 1_024;
const PART: usize = 8;

/// Whether so many changes, with so many objects, are worth being made.
pub(crate) fn is_worth_merging(changes: usize, objects: usize) -> bool {
    changes > FEWEST.max(objects / PART)
}

/// Returns the value of the row.
pub(crate) fn encode(changes: &Changes) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in changes {
        put_number(&mut bytes, key.len() as u64);
        bytes.extend_from_slice(key);
        // 0 is a removal.
        put_number(&mut bytes, value.as_ref().map_or(0, |value| value.len() as u64 + 1));
        bytes.extend_from_slice(value.as_deref().unwrap_or_default());
    }
    bytes
}

/// Returns how many such rows there are, and all their changes. `None` if one is damaged or missing.
pub(crate) fn read(rows: &[Row]) -> Option<(u64, Changes)> {
    let mut deltas: Vec<_> = rows
        .iter()
        .filter_map(|row| match rows::read(&row.key, &row.value) {
            Some(Read::Delta(number)) => Some((number, &row.value)),
            _ => None,
        })
        .collect();
    deltas.sort();
    let mut changes = Changes::new();
    for ((number, value), expected) in deltas.iter().zip(0..) {
        if *number != expected {
            return None;
        }
        decode(value, &mut changes)?;
    }
    Some((deltas.len() as u64, changes))
}

/// Makes the changes. The rows that have them are left as they are.
pub(crate) fn apply(mut rows: Vec<Row>, changes: &Changes) -> Vec<Row> {
    rows.retain(|row| !changes.contains_key(&row.key));
    rows.extend(
        changes
            .iter()
            .filter_map(|(key, value)| Some(Row { key: key.clone(), value: value.clone()? })),
    );
    rows
}

/// Adds the changes of a row to those of earlier ones. `None` if the row is damaged.
fn decode(mut bytes: &[u8], changes: &mut Changes) -> Option<()> {
    let bytes = &mut bytes;
    while !bytes.is_empty() {
        let len = number(bytes)?.try_into().ok()?;
        let key = take(bytes, len)?.to_vec();
        let value = match number(bytes)?.checked_sub(1) {
            None => None,
            Some(len) => Some(take(bytes, len.try_into().ok()?)?.to_vec()),
        };
        changes.insert(key, value);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: &str, value: Option<&str>) -> (Vec<u8>, Option<Vec<u8>>) {
        (key.into(), value.map(Into::into))
    }

    #[test]
    fn changes_round_trip_and_later_rows_win() {
        let first =
            Changes::from([change("a", Some("1")), change("b", Some("")), change("c", None)]);
        let second = Changes::from([change("a", None), change("c", Some("2"))]);
        let mut read = Changes::new();
        decode(&encode(&first), &mut read).unwrap();
        assert_eq!(read, first);
        decode(&encode(&second), &mut read).unwrap();
        let both = [change("a", None), change("b", Some("")), change("c", Some("2"))];
        assert_eq!(read, Changes::from(both));
    }

    #[test]
    fn row_that_is_cut_off_is_damaged() {
        let row = encode(&Changes::from([change("key", Some("value"))]));
        for len in 1..row.len() {
            assert_eq!(decode(&row[..len], &mut Changes::new()), None, "{len}");
        }
    }
}
