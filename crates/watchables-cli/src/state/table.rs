//! Objects as a table, similar to kubectl's.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Deserialize;
use watch_recording::StateObject;
use watch_terminal::age;

use crate::aligned::table;

const HEADINGS: [&str; 5] = ["NAMESPACE", "NAME", "STATUS", "AGE", "VERSION"];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    metadata: Metadata,
    status: Option<Status>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    creation_timestamp: Option<String>,
    resource_version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    phase: Option<serde_json::Value>,
}

/// Writes a line per object. Ages are those at a time. If there are several kinds, names are prefixed with theirs.
pub(super) fn write(
    out: &mut impl Write,
    objects: &[StateObject<'_>],
    time: Timestamp,
) -> io::Result<()> {
    let is_mixed = objects.windows(2).any(|pair| pair[0].resource != pair[1].resource);
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(objects.iter().map(|object| row(object, time, is_mixed)));
    let is_used = |column: usize| rows[1..].iter().any(|row| row[column] != "-");
    let columns: Vec<_> =
        (0..HEADINGS.len()).filter(|column| *column == 1 || is_used(*column)).collect();
    let shown = rows.iter().map(|row| columns.iter().map(|column| row[*column].clone()).collect());
    let shown: Vec<Vec<_>> = shown.collect();
    out.write_all(table(&shown, columns.len()).as_bytes())
}

fn row(object: &StateObject<'_>, time: Timestamp, is_mixed: bool) -> [String; 5] {
    // An object whose fields are of other types than usual still has a name.
    let read: Object = serde_json::from_slice(object.object).unwrap_or_default();
    let name = if is_mixed {
        format!("{}/{}", object.resource.kind().to_lowercase(), object.name)
    } else {
        object.name.to_owned()
    };
    let dash = |text: Option<String>| {
        text.filter(|text| !text.is_empty()).unwrap_or_else(|| "-".to_owned())
    };
    let phase = read.status.and_then(|status| Some(status.phase?.as_str()?.to_owned()));
    let created = read.metadata.creation_timestamp.and_then(|time| time.parse().ok());
    let age = created.map(|created| age(time.duration_since(created)));
    let version = read.metadata.resource_version;
    [dash(Some(object.namespace.to_owned())), name, dash(phase), dash(age), dash(version)]
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn ages_have_two_units_at_most() {
        for (seconds, text) in [
            (-5, "0s"),
            (45, "45s"),
            (430, "7m10s"),
            (3_600, "60m"),
            (4 * 3_600 + 120, "4h2m"),
            (30 * 3_600, "30h"),
            (3 * 86_400, "3d"),
            (3 * 86_400 + 3_700, "3d1h"),
            (12 * 86_400 + 3_700, "12d"),
        ] {
            assert_eq!(age(SignedDuration::from_secs(seconds)), text);
        }
    }
}
