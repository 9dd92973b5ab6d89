//! A kind in JSON.

use std::io::Write as _;

use crate::encoding::{DIGITS, Encoding, Page, VERSION, listed_version};
use crate::scenario::Stamp;
use crate::template::{Template, with_markers};

/// A kind in JSON.
pub(crate) struct Json {
    /// Kind and version, which precede the metadata.
    types: String,
    /// What follows them.
    rest: Template,
}

impl Json {
    /// Returns the encoding of a kind, of which this is an object.
    pub(crate) fn new(object: &str) -> Self {
        let [_, digits] = DIGITS;
        let object = with_markers(object, digits);
        let object = object.strip_prefix('{').expect("an object starts with a brace");
        let metadata = object.find("\"metadata\"").expect("an object has metadata");
        let (types, rest) = object.split_at(metadata);
        Self { types: types.to_owned(), rest: Template::new(rest.as_bytes(), digits) }
    }

    fn event(&self, etype: &str, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>) {
        let _ = write!(to, "{{\"type\":\"{etype}\",\"object\":{{{}", self.types);
        self.rest.write(number, version, sent, to);
        to.extend_from_slice(b"}\n");
    }
}

impl Encoding for Json {
    fn media_type(&self, _watch: bool) -> &'static str {
        "application/json"
    }

    fn added(&self, number: u32, sent: Stamp, to: &mut Vec<u8>) {
        self.event("ADDED", number, listed_version(number), sent, to);
    }

    fn modified(&self, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>) {
        self.event("MODIFIED", number, version, sent, to);
    }

    fn bookmark(&self, version: u64, ends_initial_events: bool, to: &mut Vec<u8>) {
        let more = if ends_initial_events {
            ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}"
        } else {
            ""
        };
        let types = &self.types;
        let _ = writeln!(
            to,
            "{{\"type\":\"BOOKMARK\",\"object\":{{{types}\"metadata\":{{\"resourceVersion\":\"{version}\"{more}}}}}}}"
        );
    }

    fn list_start(&self, page: &Page, to: &mut Vec<u8>) {
        let _ = write!(
            to,
            "{{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{{\"resourceVersion\":\"{VERSION}\""
        );
        if page.left > 0 {
            let Page { end, left, .. } = page;
            let _ = write!(to, ",\"continue\":\"{end}\",\"remainingItemCount\":{left}");
        }
        to.extend_from_slice(b"},\"items\":[");
    }

    fn item(&self, number: u32, is_first: bool, sent: Stamp, to: &mut Vec<u8>) {
        to.extend_from_slice(if is_first { b"{" } else { b",{" });
        self.rest.write(number, listed_version(number), sent, to);
    }

    fn list_end(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(b"]}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_items_have_no_kind() {
        let object = r#"{"kind":"Pod","metadata":{"name":"web-x2k4q","uid":"8d81410b","resourceVersion":"279","annotations":{"a":"b"}}}"#;
        let json = Json::new(object);
        let mut item = Vec::new();
        json.item(1, true, Stamp::Now, &mut item);
        assert!(item.starts_with(b"{\"metadata\":{\"name\""));
        assert_eq!(json.types, "\"kind\":\"Pod\",");
    }
}
