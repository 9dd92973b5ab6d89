//! An encoded object with placeholders for the parts that differ.

use std::io::Write as _;

use gauge::SENT;

use crate::scenario::Stamp;

/// An encoded object, split at its name, uid, version and send time.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Kept(Vec<u8>),
    Differs(Placeholder),
}

/// A part that differs.
#[derive(Clone, Copy, Debug)]
enum Placeholder {
    /// The end of the name.
    Name,
    Uid,
    Version,
    Sent,
}

/// What stands in the place of each part in the encoded object. Each is as long as what takes its place, and so is the
/// version's, filled up.
const MARKERS: [(Placeholder, &str); 4] = [
    (Placeholder::Name, "<name"),
    (Placeholder::Uid, "<uid--------------------------------"),
    (Placeholder::Version, "<vers"),
    (Placeholder::Sent, "<sent---------------"),
];

/// Returns an object in JSON with markers in the place of the parts that differ, and a version of so many digits.
///
/// The object has a name, a uid, a resource version and annotations; the first occurrence of each is the object's own.
pub(crate) fn with_markers(object: &str, version_digits: usize) -> String {
    let annotation = format!("\"annotations\":{{\"{SENT}\":\"\",");
    let mut object = object.trim_end().replacen("\"annotations\":{", &annotation, 1);
    for (placeholder, marker) in MARKERS {
        let before = match placeholder {
            Placeholder::Name => "\"name\":\"",
            Placeholder::Uid => "\"uid\":\"",
            Placeholder::Version => "\"resourceVersion\":\"",
            Placeholder::Sent => &annotation["\"annotations\":{".len()..annotation.len() - 2],
        };
        let start = object.find(before).expect("the object has each") + before.len();
        let length = object[start..].find('"').expect("a string ends");
        // All but the last letters of the name belong to the workload.
        let kept = if matches!(placeholder, Placeholder::Name) { length - marker.len() } else { 0 };
        let digits = if matches!(placeholder, Placeholder::Version) { version_digits } else { 0 };
        object.replace_range(start + kept..start + length, &format!("{marker:-<digits$}"));
    }
    object
}

impl Template {
    /// Splits an encoded object at its markers.
    pub(crate) fn new(object: &[u8], version_digits: usize) -> Self {
        let mut found = MARKERS.map(|(placeholder, marker)| {
            let at = object.windows(marker.len()).position(|part| part == marker.as_bytes());
            let start = at.expect("the object has each marker");
            let is_version = matches!(placeholder, Placeholder::Version);
            let length = if is_version { version_digits } else { marker.len() };
            (start, start + length, placeholder)
        });
        found.sort_by_key(|(start, ..)| *start);
        let mut parts = Vec::new();
        let mut done = 0;
        for (start, end, placeholder) in found {
            parts.push(Part::Kept(object[done..start].into()));
            parts.push(Part::Differs(placeholder));
            done = end;
        }
        parts.push(Part::Kept(object[done..].into()));
        Self { parts }
    }

    /// Appends the object with this number and version.
    pub(crate) fn write(&self, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>) {
        for part in &self.parts {
            match part {
                Part::Kept(text) => to.extend_from_slice(text),
                Part::Differs(Placeholder::Name) => to.extend_from_slice(&suffix(number)),
                Part::Differs(Placeholder::Uid) => {
                    let [high, low] = [0, 1].map(|half| mixed(u64::from(number) * 2 + half));
                    let _ = write!(
                        to,
                        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                        high >> 32,
                        high >> 16 & 0xffff,
                        high & 0xfff,
                        low >> 48 & 0xfff,
                        low & 0xffff_ffff_ffff
                    );
                }
                Part::Differs(Placeholder::Version) => drop(write!(to, "{version}")),
                Part::Differs(Placeholder::Sent) => {
                    drop(write!(to, "{:020}", sent.time().as_nanos()));
                }
            }
        }
    }
}

/// Returns a five-letter suffix as Kubernetes generates for Pods; distinct for each number.
fn suffix(number: u32) -> [u8; 5] {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    // A prime: consecutive numbers differ in more than one letter.
    let mut rest = u64::from(number) * 7919;
    [(); 5].map(|()| {
        let letter = LETTERS[usize::try_from(rest % 27).expect("the remainder is below 27")];
        rest /= 27;
        letter
    })
}

/// Returns deterministic pseudo-random bits (`SplitMix64`'s finaliser).
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const OBJECT: &str = r#"{"kind":"Pod","metadata":{"name":"web-x2k4q","uid":"8d81410b","resourceVersion":"279","annotations":{"a":"b"}},"spec":{"name":"kept"}}"#;

    fn written(number: u32, version: u64) -> serde_json::Value {
        let mut text = Vec::new();
        let template = Template::new(with_markers(OBJECT, 7).as_bytes(), 7);
        template.write(number, version, Stamp::Now, &mut text);
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn placeholders_are_filled_in() {
        let object = written(7, 12_345);
        let meta = &object["metadata"];
        assert_eq!(meta["resourceVersion"], "12345");
        assert_eq!(meta["annotations"]["a"], "b");
        let sent = meta["annotations"][SENT].as_str().unwrap();
        assert!(sent.len() == 20 && sent.parse::<u64>().unwrap() > 0, "{sent}");
        assert_eq!(object["spec"]["name"], "kept");
        let name = meta["name"].as_str().unwrap();
        assert!(name.starts_with("web-") && name.len() == "web-x2k4q".len(), "{name}");
    }

    #[test]
    fn markers_are_as_long_as_what_takes_their_place() {
        let marked = with_markers(OBJECT, 7);
        let mut text = Vec::new();
        Template::new(marked.as_bytes(), 7).write(7, 1_234_567, Stamp::Now, &mut text);
        assert_eq!(text.len(), marked.len());
    }

    #[test]
    fn name_and_uid_are_stable_across_versions() {
        let of = |number, version| {
            let meta = written(number, version)["metadata"].take();
            ["name", "uid"].map(|key| meta[key].as_str().unwrap().to_owned())
        };
        assert_eq!(of(3, 1), of(3, 2));
        assert_eq!(of(3, 1)[1].len(), 36);
        let mut seen = HashSet::new();
        assert!((0..20_000).flat_map(|number| of(number, 1)).all(|text| seen.insert(text)));
    }
}
