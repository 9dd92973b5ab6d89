//! The text of an object with placeholders for the parts that differ.

use gauge::SENT;

use crate::scenario::Stamp;

/// A recorded object, split at its name, uid, version and send time.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// Kind and version, which precede the metadata.
    types: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(Vec<u8>),
    /// The end of the name.
    Name,
    Uid,
    Version,
    Sent,
}

impl Template {
    /// Parses an object that has kind, version, name, uid, resource version and annotations; the first
    /// occurrence of each must be the object's own.
    pub(crate) fn new(object: &str) -> Self {
        let object = object.trim_end().strip_prefix('{').expect("an object starts with a brace");
        let (types, object) =
            object.split_at(object.find("\"metadata\"").expect("an object has metadata"));
        let annotation = format!("\"annotations\":{{\"{SENT}\":\"\",");
        let object = object.replacen("\"annotations\":{", &annotation, 1);
        let mut placeholders = [
            ("\"name\":\"", Part::Name),
            ("\"uid\":\"", Part::Uid),
            ("\"resourceVersion\":\"", Part::Version),
            (&format!("\"{SENT}\":\""), Part::Sent),
        ]
        .map(|(before, part)| {
            let at = object.find(before).expect("the object has each") + before.len();
            let len = object[at..].find('"').expect("a string ends");
            // All but the last five letters of the name belong to the workload.
            let kept = if matches!(part, Part::Name) { len.saturating_sub(5) } else { 0 };
            (at + kept, at + len, part)
        });
        placeholders.sort_by_key(|(at, ..)| *at);
        let mut parts = Vec::new();
        let mut done = 0;
        for (at, end, part) in placeholders {
            parts.extend([Part::Text(object[done..at].into()), part]);
            done = end;
        }
        parts.push(Part::Text(object[done..].into()));
        Self { types: types.to_owned(), parts }
    }

    /// Returns kind and version as the start of an object.
    pub(crate) fn types(&self) -> &str {
        &self.types
    }

    /// Appends the object with this number and version.
    pub(crate) fn write(&self, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>) {
        to.push(b'{');
        to.extend_from_slice(self.types.as_bytes());
        self.write_rest(number, version, sent, to);
    }

    /// Appends the object as an item of a list, without kind and version.
    pub(crate) fn write_item(&self, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>) {
        to.push(b'{');
        self.write_rest(number, version, sent, to);
    }

    fn write_rest(&self, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>) {
        use std::io::Write as _;

        for part in &self.parts {
            match part {
                Part::Text(text) => to.extend_from_slice(text),
                Part::Name => to.extend_from_slice(&suffix(number)),
                Part::Uid => {
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
                Part::Version => drop(write!(to, "{version}")),
                Part::Sent => drop(write!(to, "{:020}", sent.time().as_nanos())),
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
        Template::new(OBJECT).write(number, version, Stamp::Now, &mut text);
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
    fn list_items_have_no_kind() {
        let mut item = Vec::new();
        Template::new(OBJECT).write_item(1, 2, Stamp::Now, &mut item);
        assert!(item.starts_with(b"{\"metadata\":{\"name\""));
        assert_eq!(Template::new(OBJECT).types(), "\"kind\":\"Pod\",");
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
