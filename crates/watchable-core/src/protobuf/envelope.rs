//! The envelope of objects in protobuf: a magic prefix and a `runtime.Unknown`.

use crate::decode_error::Error;

use super::reader::{Contents, Message};

/// What each object in protobuf begins with (Kubernetes API concepts, "Protobuf encoding").
const MAGIC: &[u8] = b"k8s\0";

/// An object or a list in protobuf: its type, and its message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The object's `apiVersion`.
    pub api_version: &'a str,
    /// The object's kind.
    pub kind: &'a str,
    /// The object's message.
    pub message: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Whether a body begins as an envelope does.
    pub fn starts(body: &[u8]) -> bool {
        body.starts_with(MAGIC)
    }

    /// Opens an envelope.
    ///
    /// # Errors
    ///
    /// Fails if it is none, is truncated, or holds anything but an unencoded message.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let unknown = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| Error::new("it does not begin with \"k8s\\0\"".to_owned()))?;
        let mut fields = Message::new(unknown);
        let mut envelope = Self::default();
        while let Some((number, contents)) = fields.next_field()? {
            match (number, contents) {
                (1, Contents::Bytes(type_meta)) => envelope.read_type(type_meta)?,
                (2, Contents::Bytes(message)) => envelope.message = message,
                (3, Contents::Bytes([_, ..])) => {
                    return Err(Error::new("its contents are encoded".to_owned()));
                }
                (4, Contents::Bytes(content_type @ [_, ..])) => {
                    let found = String::from_utf8_lossy(content_type);
                    return Err(Error::new(format!("its content type is {found:?}")));
                }
                _ => {}
            }
        }
        Ok(envelope)
    }

    /// Reads a `TypeMeta`.
    pub(crate) fn read_type(&mut self, type_meta: &'a [u8]) -> Result<(), Error> {
        let mut fields = Message::new(type_meta);
        while let Some((number, contents)) = fields.next_field()? {
            match (number, contents) {
                (1, Contents::Bytes(text)) => self.api_version = utf8(text)?,
                (2, Contents::Bytes(text)) => self.kind = utf8(text)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn utf8(text: &[u8]) -> Result<&str, Error> {
    str::from_utf8(text).map_err(|error| Error::not_utf8(&error))
}
