//! The envelope and the identity of an object as API servers write them, without reading all of it.
//!
//! A line is `{"type":"…","object":{…}}`, and who an object is stands at its beginning. All that is not so
//! is left to the general way, which reads the whole text; what is damaged further on, the object's own
//! decoding finds.

use bytes::Bytes;
use watchable_core::Scope;

use super::{Envelope, Identity};
use crate::EventType;
use crate::uid::Uid;

/// Reads a line, if it is an event and written as usual.
pub(super) fn read(line: &Bytes, scope: Scope) -> Option<Envelope> {
    let rest = line.strip_prefix(br#"{"type":""#)?;
    let (etype, rest) = rest.split_at(memchr::memchr(b'"', rest)?);
    let etype = EventType::from_wire(str::from_utf8(etype).ok()?)?;
    let rest = rest.strip_prefix(br#"","object":"#)?;
    // A member after the object would be taken for part of it: whoever fails to decode it looks again.
    let object = rest.trim_ascii_end().strip_suffix(b"}")?;
    if !object.ends_with(b"}") {
        return None;
    }
    let identity = identity(object, scope)?;
    Some(Envelope::Event { etype, object: line.slice_ref(object), identity })
}

/// Reads who an object is, if that stands at its beginning.
pub(super) fn identity(object: &[u8], scope: Scope) -> Option<Identity> {
    let mut scan = Scan(object.strip_prefix(b"{")?);
    while scan.key()? != b"metadata" {
        // Kind and version of the schema come before it, and nothing else.
        scan.text()?;
        scan.comma()?;
    }
    scan.0 = scan.0.strip_prefix(b"{")?;
    let mut identity = Identity::default();
    loop {
        match scan.key()? {
            b"name" if identity.name.is_empty() => {
                scan.text()?.clone_into(&mut identity.name);
            }
            b"namespace" if identity.namespace.is_empty() => {
                scan.text()?.clone_into(&mut identity.namespace);
            }
            b"uid" if identity.uid.is_empty() => identity.uid = Uid::of(scan.text()?),
            b"resourceVersion" if identity.version.is_none() => {
                identity.version = Some(scan.text()?.to_owned());
            }
            // Said twice, the last one counts: that is for the general way.
            b"name" | b"namespace" | b"uid" | b"resourceVersion" => return None,
            _ => scan.pass()?,
        }
        if identity.is_whole(scope) {
            return Some(identity);
        }
        scan.comma()?;
    }
}

impl Identity {
    fn is_whole(&self, scope: Scope) -> bool {
        let has_place = match scope {
            Scope::Namespaced => !self.namespace.is_empty(),
            Scope::Cluster => true,
        };
        has_place
            && !self.name.is_empty()
            && !self.uid.is_empty()
            && self.version.as_ref().is_some_and(|version| !version.is_empty())
    }
}

/// What has not been read yet.
struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    /// A member's name, and what is between it and the value.
    fn key(&mut self) -> Option<&'a [u8]> {
        let key = self.text()?.as_bytes();
        self.0 = self.0.strip_prefix(b":")?;
        Some(key)
    }

    /// A string without escapes.
    fn text(&mut self) -> Option<&'a str> {
        let rest = self.0.strip_prefix(b"\"")?;
        let (text, end) = rest.split_at(memchr::memchr2(b'"', b'\\', rest)?);
        self.0 = end.strip_prefix(b"\"")?;
        // The line is UTF-8: its parts between quotes are, too.
        str::from_utf8(text).ok().filter(|text| !text.bytes().any(|byte| byte < b' '))
    }

    fn comma(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(b",")?;
        Some(())
    }

    /// A value that is a string, a number or a word: larger ones are for the general way.
    fn pass(&mut self) -> Option<()> {
        if self.0.first()? == &b'"' {
            return self.text().map(drop);
        }
        let is_plain =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = self.0.iter().take_while(|byte| is_plain(byte)).count();
        self.0 = &self.0[length..];
        (length > 0).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#""metadata":{"name":"a","generateName":"a-","namespace":"s","uid":"u","resourceVersion":"7","generation":3,"labels":{}}"#;

    fn same(text: &str, scope: Scope) -> bool {
        let Some(quick) = identity(text.as_bytes(), scope) else { return false };
        assert_eq!(quick, super::super::general_identity(text.as_bytes()).unwrap(), "{text}");
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
