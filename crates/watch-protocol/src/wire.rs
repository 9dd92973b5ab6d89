//! The encodings of objects on the wire.

/// The media type of protobuf (Kubernetes API concepts, "Alternate representations of resources").
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// How objects are encoded in a server's responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wire {
    /// JSON, which API servers have of every resource.
    #[default]
    Json,
    /// Protobuf, which API servers have of the resources that are built in, and of the metadata of all.
    Protobuf,
}

impl Wire {
    /// Returns the encoding of a response with this `Content-Type`. What is neither is read as JSON: some servers send
    /// no content type, or another one.
    pub(crate) fn of_content_type(content_type: Option<&str>) -> Self {
        let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
        if essence.trim().eq_ignore_ascii_case(PROTOBUF) { Self::Protobuf } else { Self::Json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_type_names_the_encoding_in_its_first_part() {
        for (content_type, expected) in [
            (None, Wire::Json),
            (Some("application/json"), Wire::Json),
            (Some("application/vnd.kubernetes.protobuf"), Wire::Protobuf),
            (Some("Application/vnd.Kubernetes.protobuf ; stream=watch"), Wire::Protobuf),
            (Some("application/vnd.kubernetes.protobuf2"), Wire::Json),
            (Some("application/json; of=application/vnd.kubernetes.protobuf"), Wire::Json),
        ] {
            assert_eq!(Wire::of_content_type(content_type), expected, "{content_type:?}");
        }
    }
}
