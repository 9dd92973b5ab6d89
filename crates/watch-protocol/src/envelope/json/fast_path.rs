//! The fast path: parses the envelope and the identity of an object as API servers write them,
//! without scanning the whole line.
//!
//! A line is `{"type":"…","object":{…}}`, and the identity is near the beginning of the object.
//! Anything else is left to the general parser, which scans the whole line. Damage further on is
//! found when the object is decoded.

use bytes::Bytes;
use watchable_core::{Scope, json};

use crate::envelope::kind::Envelope;
use crate::event::EventType;
use crate::identity::Identity;
use crate::raw_object::RawObject;
use crate::uid::Uid;

/// Parses an event, if the line is one and has the usual form. `text` is the text of `line`.
pub(super) fn read(line: &Bytes, text: &str, scope: Scope) -> Option<Envelope> {
    let mut scan = Scan(text.strip_prefix(r#"{"type":"#)?);
    let etype = EventType::from_wire(scan.text()?)?;
    let rest = scan.0.strip_prefix(r#","object":"#)?;
    // A member after the object becomes a part of it here. `without_trailer` handles that if
    // decoding fails.
    let object = rest.trim_ascii_end().strip_suffix('}')?;
    if !object.ends_with('}') {
        return None;
    }
    let identity = identity(object, scope)?;
    Some(Envelope::Event {
        etype,
        object: RawObject::json(line.slice_ref(object.as_bytes())),
        identity,
    })
}

/// Parses the identity of an object, if it is at the beginning.
pub(super) fn identity(object: &str, scope: Scope) -> Option<Identity> {
    let mut scan = Scan(object.strip_prefix('{')?);
    while scan.key()? != "metadata" {
        // Only `kind` and `apiVersion` come before the metadata.
        scan.text()?;
        scan.comma()?;
    }
    scan.0 = scan.0.strip_prefix('{')?;
    let mut identity = Identity::default();
    loop {
        match scan.key()? {
            "name" if identity.name.is_empty() => {
                scan.text()?.clone_into(&mut identity.name);
            }
            "namespace" if identity.namespace.is_empty() => {
                scan.text()?.clone_into(&mut identity.namespace);
            }
            "uid" if identity.uid.is_empty() => identity.uid = Uid::of(scan.text()?),
            "resourceVersion" if identity.version.is_none() => {
                identity.version = Some(scan.text()?.to_owned());
            }
            // Of duplicates the last one counts, which is left to the general parser.
            "name" | "namespace" | "uid" | "resourceVersion" => return None,
            _ => scan.skip_scalar()?,
        }
        if identity.is_complete(scope) {
            return Some(identity);
        }
        scan.comma()?;
    }
}

/// The rest of the text.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    /// Reads a member's name and the colon.
    fn key(&mut self) -> Option<&'a str> {
        let key = self.text()?;
        self.0 = self.0.strip_prefix(':')?;
        Some(key)
    }

    /// Reads a string without escapes.
    fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = json::split_plain_string(self.0)?;
        self.0 = rest;
        Some(text)
    }

    fn comma(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(',')?;
        Some(())
    }

    /// Skips a string, a number or a literal. Larger values are left to the general parser.
    fn skip_scalar(&mut self) -> Option<()> {
        if self.0.starts_with('"') {
            return self.text().map(drop);
        }
        let is_plain =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = self.0.bytes().take_while(is_plain).count();
        self.0 = &self.0[length..];
        (length > 0).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#""metadata":{"name":"a","generateName":"a-","namespace":"s","uid":"u","resourceVersion":"7","generation":3,"labels":{}}"#;

    fn same(text: &str, scope: Scope) -> bool {
        let Some(quick) = identity(text, scope) else { return false };
        assert_eq!(quick, super::super::parse_identity(text), "{text}");
        true
    }

    #[test]
    fn usual_events_take_the_fast_path_with_the_same_result() {
        let typed = format!(r#"{{"kind":"Pod","apiVersion":"v1",{METADATA},"spec":{{}}}}"#);
        let custom = format!(r#"{{"apiVersion":"v1","kind":"Pod",{METADATA}}}"#);
        let in_a_list = format!("{{{METADATA}}}");
        for text in [&typed, &custom, &in_a_list] {
            assert!(same(text, Scope::Namespaced), "{text}");
            assert!(same(&text.replace(r#""namespace":"s","#, ""), Scope::Cluster), "{text}");
        }
    }

    #[test]
    fn unusual_events_take_the_general_parser() {
        let text = format!(r#"{{"kind":"Pod",{METADATA}}}"#);
        for (usual, unusual) in [
            (r#""name":"a""#, r#""name":"\u0061""#),
            (r#""name":"a""#, r#""name":"a","name":"b""#),
            (r#""name":"a""#, r#""labels":{"name":"x"},"name":"a""#),
            (r#""namespace":"s","#, ""),
            (r#""uid":"u","#, ""),
            (r#""kind":"Pod""#, r#""spec":{"metadata":{}}"#),
            (r#""kind":"Pod""#, r#" "kind":"Pod""#),
        ] {
            let unusual = text.replace(usual, unusual);
            assert!(!same(&unusual, Scope::Namespaced), "{unusual}");
        }
    }
}
