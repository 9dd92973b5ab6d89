//! The envelope and the identity of an object as API servers write them, without reading all of it.
//!
//! A line is `{"type":"…","object":{…}}`, and who an object is stands at its beginning. All that is not so
//! is left to the general way, which reads the whole text; what is damaged further on, the object's own
//! decoding finds.

use bytes::Bytes;
use watchable_core::{Scope, json};

use crate::protocol::envelope::kind::Envelope;
use crate::protocol::event::EventType;
use crate::protocol::identity::Identity;
use crate::protocol::uid::Uid;

/// Reads a line, whose text this is, if it is an event and written as usual.
pub(super) fn read(line: &Bytes, text: &str, scope: Scope) -> Option<Envelope> {
    let mut scan = Scan(text.strip_prefix(r#"{"type":"#)?);
    let etype = EventType::from_wire(scan.text()?)?;
    let rest = scan.0.strip_prefix(r#","object":"#)?;
    // A member after the object would be taken for part of it: whoever fails to decode it looks again.
    let object = rest.trim_ascii_end().strip_suffix('}')?;
    if !object.ends_with('}') {
        return None;
    }
    let identity = identity(object, scope)?;
    Some(Envelope::Event { etype, object: line.slice_ref(object.as_bytes()), identity })
}

/// Reads who an object is, if that stands at its beginning.
pub(super) fn identity(object: &str, scope: Scope) -> Option<Identity> {
    let mut scan = Scan(object.strip_prefix('{')?);
    while scan.key()? != "metadata" {
        // Kind and version of the schema come before it, and nothing else.
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
            // Said twice, the last one counts: that is for the general way.
            "name" | "namespace" | "uid" | "resourceVersion" => return None,
            _ => scan.skip_scalar()?,
        }
        if identity.is_complete(scope) {
            return Some(identity);
        }
        scan.comma()?;
    }
}

/// What has not been read yet.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    /// A member's name, and what is between it and the value.
    fn key(&mut self) -> Option<&'a str> {
        let key = self.text()?;
        self.0 = self.0.strip_prefix(':')?;
        Some(key)
    }

    /// A string without escapes.
    fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = json::split_plain_string(self.0)?;
        self.0 = rest;
        Some(text)
    }

    fn comma(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(',')?;
        Some(())
    }

    /// A value that is a string, a number or a word: larger ones are for the general way.
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
        assert_eq!(quick, super::super::parse_identity(text.as_bytes()).unwrap(), "{text}");
        true
    }

    #[test]
    fn what_servers_write_is_read_quickly_and_the_same() {
        let typed = format!(r#"{{"kind":"Pod","apiVersion":"v1",{METADATA},"spec":{{}}}}"#);
        let custom = format!(r#"{{"apiVersion":"v1","kind":"Pod",{METADATA}}}"#);
        let in_a_list = format!("{{{METADATA}}}");
        for text in [&typed, &custom, &in_a_list] {
            assert!(same(text, Scope::Namespaced), "{text}");
            assert!(same(&text.replace(r#""namespace":"s","#, ""), Scope::Cluster), "{text}");
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_general_way() {
        let text = format!(r#"{{"kind":"Pod",{METADATA}}}"#);
        for (usual, odd) in [
            (r#""name":"a""#, r#""name":"\u0061""#),
            (r#""name":"a""#, r#""name":"a","name":"b""#),
            (r#""name":"a""#, r#""labels":{"name":"x"},"name":"a""#),
            (r#""namespace":"s","#, ""),
            (r#""uid":"u","#, ""),
            (r#""kind":"Pod""#, r#""spec":{"metadata":{}}"#),
            (r#""kind":"Pod""#, r#" "kind":"Pod""#),
        ] {
            let odd = text.replace(usual, odd);
            assert!(!same(&odd, Scope::Namespaced), "{odd}");
        }
    }
}
